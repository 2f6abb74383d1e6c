/** What is published of a node and of its containers: a row of usage for each. */
import type { Usages } from "../Sample.ts"

/** Of a row, in the order in which lists read them: at once, and mostly from one line of the processor's cache. */
const fields = 6

/** The last usages of a node, as its points are laid out: newer ones are written over them, another layout has another block. */
export class UsageBlock {
  readonly node: string
  /** The fields of all rows; behind them, when the container of each row began. */
  readonly #values: Float64Array
  readonly #startTimesFrom: number

  constructor(node: string, rows: number) {
    this.node = node
    this.#startTimesFrom = rows * fields
    this.#values = new Float64Array(this.#startTimesFrom + rows).fill(Number.NaN)
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
    values[at] = publishedAt
    values[at + 1] = timestamp
    values[at + 2] = window
    values[at + 3] = cpuNanocores
    values[at + 4] = memoryBytes
    values[at + 5] = swapBytes
    values[this.#startTimesFrom + row] = startTime
  }

  timestamp(row: number) {
    return this.#values[row * fields + 1]!
  }

  window(row: number) {
    return this.#values[row * fields + 2]!
  }

  cpuNanocores(row: number) {
    return this.#values[row * fields + 3]!
  }

  memoryBytes(row: number) {
    return this.#values[row * fields + 4]!
  }

  swapBytes(row: number) {
    return this.#values[row * fields + 5]!
  }

  /** By our clock; kubelet clocks may be skewed. */
  publishedAt(row: number) {
    return this.#values[row * fields]!
  }

  /** Whether the last good value of a row may still be served. */
  stands(row: number, now: number, retention: number) {
    return now - this.publishedAt(row) <= retention
  }

  /** Which of these rows was read first: they give a pod its time. */
  earliest(rows: ReadonlyArray<number>, start: number, end: number) {
    let earliest = rows[start]!
    for (let index = start + 1; index < end; index++) {
      if (this.timestamp(rows[index]!) < this.timestamp(earliest)) earliest = rows[index]!
    }
    return earliest
  }

  /** When the pod of these rows began, as far as its containers tell. */
  start(rows: ReadonlyArray<number>) {
    let start = Number.POSITIVE_INFINITY
    for (const row of rows) {
      const startTime = this.#values[this.#startTimesFrom + row]!
      if (startTime < start) start = startTime
    }
    return start === Number.POSITIVE_INFINITY ? Number.NEGATIVE_INFINITY : start
  }
}

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
  #block: UsageBlock
  #rows: ReadonlyArray<number>
  #names: ReadonlyArray<string>

  constructor(block: UsageBlock, { names, rows }: UsageRows) {
    this.#block = block
    this.#rows = rows
    this.#names = names
  }

  /** From now on it says this; tells whether that is elsewhere than before. */
  renew(block: UsageBlock, { names, rows }: UsageRows) {
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

  stands(now: number, retention: number) {
    return this.#block.stands(this.#rows[0]!, now, retention)
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
    return this.#block.earliest(this.#rows, 0, this.#rows.length)
  }
}
