/** The last usages of a node, or of its containers: in the rows that their readings have. */

/** A row is as long as a line of the processor's cache; what lists read of it comes first, and mostly lies in one line. */
export const fields = 8

/** Newer usages are written over those before, in place; another layout has another block. */
export class UsageBlock {
  readonly node: string
  /** Of many blocks: that of others stands before and behind it. */
  readonly values: Float64Array
  /** Which row of the values is the first one of the block. */
  readonly first: number

  constructor(node: string, values: Float64Array, first: number) {
    this.node = node
    this.values = values
    this.first = first
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
    const { values } = this
    const at = (this.first + row) * fields
    values[at] = publishedAt
    values[at + 1] = timestamp
    values[at + 2] = window
    values[at + 3] = cpuNanocores
    values[at + 4] = memoryBytes
    values[at + 5] = swapBytes
    values[at + 6] = startTime
  }
}

// What a row of values says. Times are in milliseconds.

/** By our clock; kubelet clocks may be skewed. */
export const publishedAt = (values: Float64Array, row: number) => values[row * fields]!

export const timestamp = (values: Float64Array, row: number) => values[row * fields + 1]!

export const window = (values: Float64Array, row: number) => values[row * fields + 2]!

export const cpuNanocores = (values: Float64Array, row: number) => values[row * fields + 3]!

export const memoryBytes = (values: Float64Array, row: number) => values[row * fields + 4]!

export const swapBytes = (values: Float64Array, row: number) => values[row * fields + 5]!

/** When the container began, as far as it tells. */
export const startTime = (values: Float64Array, row: number) => values[row * fields + 6]!

/** Whether the last good value of a row may still be served. */
export const stands = (values: Float64Array, row: number, now: number, retention: number) =>
  now - publishedAt(values, row) <= retention

/** Which of these rows, counted from the first one, was read first: they give a pod its time. */
export const earliest = (
  values: Float64Array,
  first: number,
  rows: ReadonlyArray<number>,
  start: number,
  end: number
): number => {
  let earliest = first + rows[start]!
  for (let index = start + 1; index < end; index++) {
    const row = first + rows[index]!
    if (timestamp(values, row) < timestamp(values, earliest)) earliest = row
  }
  return earliest
}

/** When the pod of these rows began, as far as its containers tell. */
export const start = ({ first, values }: UsageBlock, rows: ReadonlyArray<number>) => {
  let start = Number.POSITIVE_INFINITY
  for (const row of rows) {
    const time = startTime(values, first + row)
    if (time < start) start = time
  }
  return start === Number.POSITIVE_INFINITY ? Number.NEGATIVE_INFINITY : start
}
