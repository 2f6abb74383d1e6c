/** What is published of a pod, or of a node. */
import type { Usages } from "../Sample.ts"
import * as Block from "./UsageBlock.ts"

/** Where a block has what is of one pod, or of the node. */
export interface UsageRows {
  readonly rows: ReadonlyArray<number>
  /** The container of each row; of the node none, which is empty. */
  readonly names: ReadonlyArray<string>
}

/** Where the last usage of a pod is, or of the node: of all its rows at once. It stays the same object while newer ones come. */
export class PublishedUsage implements Usages {
  /** Nobody finds it any more. */
  isReleased = false
  #block: Block.UsageBlock
  #rows: ReadonlyArray<number>
  #names: ReadonlyArray<string>

  constructor(block: Block.UsageBlock, { names, rows }: UsageRows) {
    this.#block = block
    this.#rows = rows
    this.#names = names
  }

  /** From now on it says this; tells whether that is elsewhere than before. */
  renew(block: Block.UsageBlock, { names, rows }: UsageRows) {
    if (block === this.#block && rows === this.#rows && names === this.#names) return false
    this.#block = block
    this.#rows = rows
    this.#names = names
    return true
  }

  get block() {
    return this.#block
  }

  get rows() {
    return this.#rows
  }

  get names() {
    return this.#names
  }

  get node() {
    return this.#block.node
  }

  get size() {
    return this.#rows.length
  }

  get timestamp() {
    return Block.timestamp(this.#block.values, this.#earliest)
  }

  get window() {
    return Block.window(this.#block.values, this.#earliest)
  }

  stands(now: number, retention: number) {
    return Block.stands(this.#block.values, this.#row(0), now, retention)
  }

  name(index: number) {
    return this.#names[index]!
  }

  cpuNanocores(index: number) {
    return Block.cpuNanocores(this.#block.values, this.#row(index))
  }

  memoryBytes(index: number) {
    return Block.memoryBytes(this.#block.values, this.#row(index))
  }

  swapBytes(index: number) {
    return Block.swapBytes(this.#block.values, this.#row(index))
  }

  /** When the pod began, as far as its containers tell. */
  get start() {
    return Block.start(this.#block, this.#rows)
  }

  get #earliest() {
    return Block.earliest(this.#block.values, this.#block.first, this.#rows, 0, this.#rows.length)
  }

  #row(index: number) {
    return this.#block.first + this.#rows[index]!
  }
}
