/** How a page wrote the labels of its containers: the next page of that kubelet is held against it, byte for byte. */
import type { Scanner } from "./Scanner.ts"

/** Each block of labels stands behind its length. */
const head = Uint32Array.BYTES_PER_ELEMENT

export class KnownLabels {
  readonly #blocks: DataView
  readonly #end: number
  #next = 0

  constructor(blocks: Uint8Array) {
    this.#blocks = new DataView(blocks.buffer, blocks.byteOffset, blocks.byteLength)
    this.#end = blocks.length
  }

  /** What to hold the next page against, of this one: where each block begins and how long it is. */
  static keep(page: Uint8Array, blocks: ReadonlyArray<readonly [start: number, length: number]>): Uint8Array {
    const kept = new Uint8Array(blocks.reduce((sum, [, length]) => sum + head + length, 0))
    const view = new DataView(kept.buffer)
    let at = 0
    for (const [start, length] of blocks) {
      view.setUint32(at, length)
      kept.set(page.subarray(start, start + length), at + head)
      at += head + length
    }
    return kept
  }

  /** Passes the labels of the next container if they stand there, and says how long they are; else 0. */
  pass(scanner: Scanner) {
    if (this.#next === this.#end) return 0
    const start = this.#next + head
    const length = this.#blocks.getUint32(this.#next)
    if (!scanner.has(this.#blocks, start, length)) return 0
    scanner.at += length
    this.#next = start + length
    return length
  }
}
