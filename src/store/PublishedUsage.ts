/** What is published of a node and of its containers: a row of usage for each. */
import type { Usages } from "../Sample.ts"

const fields = 7

/** The last usages of a node, as its points are laid out: newer ones are written over them, another layout has another block. */
export class UsageBlock {
  readonly node: string
  readonly #values: Float64Array

  constructor(node: string, rows: number) {
    this.node = node
    this.#values = new Float64Array(rows * fields).fill(Number.NaN)
  }

  /** Swap that is not published is NaN. */
  set(
    row: number,
    publishedAt: number,
    timestamp: number,
    window: number,
    cpuNanocores: number,
    memoryBytes: number,
    swapBytes: number,
    startTime: number
  ) {
    const values = this.#values
    const at = row * fields
    values[at] = timestamp
    values[at + 1] = window
    values[at + 2] = cpuNanocores
    values[at + 3] = memoryBytes
    values[at + 4] = swapBytes
    values[at + 5] = startTime
    values[at + 6] = publishedAt
  }

  timestamp(row: number) {
    return this.#values[row * fields]!
  }

  window(row: number) {
    return this.#values[row * fields + 1]!
  }

  cpuNanocores(row: number) {
    return this.#values[row * fields + 2]!
  }

  memoryBytes(row: number) {
    return this.#values[row * fields + 3]!
  }

  swapBytes(row: number) {
    return this.#values[row * fields + 4]!
  }

  /** By our clock; kubelet clocks may be skewed. */
  publishedAt(row: number) {
    return this.#values[row * fields + 6]!
  }

  /** When the pod of these rows began, as far as its containers tell. */
  start(rows: ReadonlyArray<number>) {
    let start = Number.POSITIVE_INFINITY
    for (const row of rows) {
      const startTime = this.#values[row * fields + 5]!
      if (startTime < start) start = startTime
    }
    return start === Number.POSITIVE_INFINITY ? Number.NEGATIVE_INFINITY : start
  }
}

/** Where a block has what is of one pod, or of the node. */
export interface Rows {
  readonly rows: ReadonlyArray<number>
  /** The container of each row; of the node none, which is empty. */
  readonly names: ReadonlyArray<string>
}

/** Where the last usage of a pod is, or of the node: of all its rows at once. It stays the same object while newer ones come. */
export class PublishedUsage implements Usages {
  /** Nobody finds it any more. */
  isReleased = false
  #block: UsageBlock
  #rows: ReadonlyArray<number>
  #names: ReadonlyArray<string>

  constructor(block: UsageBlock, { names, rows }: Rows) {
    this.#block = block
    this.#rows = rows
    this.#names = names
  }

  /** From now on it says this; tells whether that is elsewhere than before. */
  renew(block: UsageBlock, { names, rows }: Rows) {
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
    return this.#block.timestamp(this.#earliest)
  }

  get window() {
    return this.#block.window(this.#earliest)
  }

  get publishedAt() {
    return this.#block.publishedAt(this.#rows[0]!)
  }

  get start() {
    return this.#block.start(this.#rows)
  }

  name(index: number) {
    return this.#names[index]!
  }

  cpuNanocores(index: number) {
    return this.#block.cpuNanocores(this.#rows[index]!)
  }

  memoryBytes(index: number) {
    return this.#block.memoryBytes(this.#rows[index]!)
  }

  swapBytes(index: number) {
    return this.#block.swapBytes(this.#rows[index]!)
  }

  get #earliest() {
    const rows = this.#rows
    let earliest = rows[0]!
    for (let index = 1; index < rows.length; index++) {
      if (this.#block.timestamp(rows[index]!) < this.#block.timestamp(earliest)) earliest = rows[index]!
    }
    return earliest
  }
}
