/** Which row of a page a container has: found by the bytes of its labels, which become strings only once. */
import { Buffer } from "node:buffer"
import type { ContainerKey } from "../Sample.ts"
import { sameBytes } from "./Bytes.ts"
import { identity, type Scanner } from "./Scanner.ts"

/** For each row: where its block of labels begins and how long it is, then the ranges of namespace, pod and container. */
const stride = 8

export class Rows {
  /** `containers[i]` has row `i + 1`; row 0 is the node. */
  readonly containers: Array<ContainerKey> = []
  readonly #page: Uint8Array
  readonly #text: Buffer
  readonly #bytes: Array<number> = []
  /** Open addressing: a row by the hash of its identity, 0 for a free slot. Never more than half full. */
  #slots = new Int32Array(256)
  #last = 0

  constructor(page: Uint8Array) {
    this.#page = page
    this.#text = Buffer.from(page.buffer, page.byteOffset, page.byteLength)
  }

  /** Reads the labels of a container's series and finds its row, a new one if it is new; 0 when the labels are malformed. */
  read(scanner: Scanner) {
    const start = scanner.at
    if (this.#repeats(scanner)) return this.#last
    if (!scanner.labels()) return 0
    if (!isIdentity(scanner.ranges)) {
      scanner.fail(`the labels ${identity.join(", ")}, none empty`, start)
      return 0
    }
    this.#last = this.#find(scanner, start)
    return this.#last
  }

  /**
   * A kubelet prints the containers of every series in one order. So if the labels of the row after the last one stand
   * here again, byte for byte, they need not be read.
   */
  #repeats(scanner: Scanner) {
    const next = this.#last < this.containers.length ? this.#last : 0
    const length = this.#bytes[next * stride + 1] ?? 0
    if (!scanner.repeats(this.#bytes[next * stride] ?? 0, length)) return false
    scanner.at += length
    this.#last = next + 1
    return true
  }

  #find(scanner: Scanner, start: number) {
    const mask = this.#slots.length - 1
    let slot = this.#hash(scanner.ranges) & mask
    while (this.#slots[slot] !== 0) {
      if (this.#has(this.#slots[slot]!, scanner.ranges)) return this.#slots[slot]!
      slot = (slot + 1) & mask
    }
    const row = this.#add(scanner, start)
    this.#slots[slot] = row
    if (row * 2 > mask) this.#grow()
    return row
  }

  #add(scanner: Scanner, start: number) {
    const before = this.containers.at(-1)
    const { ranges } = scanner
    this.#bytes.push(start, scanner.at - start, ...ranges)
    this.containers.push({
      namespace: this.#string(ranges, 0, before?.namespace),
      pod: this.#string(ranges, 1, before?.pod),
      container: this.#string(ranges, 2, before?.container)
    })
    return this.containers.length
  }

  /** Neighbours mostly share a namespace and a container name: they share the string then. */
  #string(ranges: ReadonlyArray<number>, label: number, before: string | undefined) {
    const row = this.containers.length
    if (before !== undefined && this.#same(row, ranges, label)) return before
    const text = this.#text.toString("utf8", ranges[2 * label], ranges[2 * label + 1])
    return text.includes("\\") ? text.replace(/\\(.)/g, (_, escaped) => escaped === "n" ? "\n" : escaped) : text
  }

  /** A character has one spelling in this format, so equal bytes are equal names and different ones are not. */
  #has(row: number, ranges: ReadonlyArray<number>) {
    return this.#same(row, ranges, 1) && this.#same(row, ranges, 2) && this.#same(row, ranges, 0)
  }

  #same(row: number, ranges: ReadonlyArray<number>, label: number) {
    const known = (row - 1) * stride + 2 + 2 * label
    const from = this.#bytes[known]!
    const start = ranges[2 * label]!
    const length = ranges[2 * label + 1]! - start
    return this.#bytes[known + 1]! - from === length && sameBytes(this.#page, from, this.#page, start, length)
  }

  /** FNV-1a over the three values, each ended by a byte that UTF-8 does not have. */
  #hash(ranges: ReadonlyArray<number>) {
    let hash = 0x811c9dc5
    for (let label = 0; label < 3; label++) {
      for (let at = ranges[2 * label]!; at < ranges[2 * label + 1]!; at++) {
        hash = Math.imul(hash ^ this.#page[at]!, 0x01000193)
      }
      hash = Math.imul(hash ^ 0xff, 0x01000193)
    }
    return hash ^ (hash >>> 15)
  }

  #grow() {
    const slots = new Int32Array(this.#slots.length * 2)
    const mask = slots.length - 1
    for (let row = 1; row <= this.containers.length; row++) {
      let slot = this.#hash(this.#bytes.slice((row - 1) * stride + 2, row * stride)) & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = row
    }
    this.#slots = slots
  }
}

/** All three values are there, and none is empty. */
const isIdentity = ([namespace, namespaceEnd, pod, podEnd, container, containerEnd]: ReadonlyArray<number>) =>
  namespace! < namespaceEnd! && pod! < podEnd! && container! < containerEnd!
