/** What one scrape of one node says: the words that scraping, storing and serving share. */

/** Who a row of a sample belongs to. */
export interface ContainerKey {
  readonly namespace: string
  readonly pod: string
  readonly container: string
}

const fields = 6

/**
 * Readings in columns, one row each, in a single buffer: 48 bytes a reading and no object per container.
 *
 * Every field is a double that holds its value exactly; `NaN` says that the kubelet did not report it. CPU time is split
 * into whole seconds and the nanoseconds beyond them, because a node's total in nanoseconds outgrows 2^53.
 */
export class Points {
  readonly values: Float64Array

  private constructor(values: Float64Array) {
    this.values = values
  }

  /** So many rows in which nothing is reported yet. */
  static make(rows: number) {
    return new Points(new Float64Array(rows * fields).fill(Number.NaN))
  }

  get rows() {
    return this.values.length / fields
  }

  /** When the kubelet took the reading: milliseconds since the epoch. */
  timestamp(row: number) {
    return this.values[row * fields]!
  }

  /** Since when the CPU counter runs: milliseconds since the epoch. Never reported for a node. */
  startTime(row: number) {
    return this.values[row * fields + 1]!
  }

  /** CPU time used since the start: whole seconds. */
  cpuSeconds(row: number) {
    return this.values[row * fields + 2]!
  }

  /** CPU time used since the start: the nanoseconds beyond the whole seconds, 0 to 999 999 999. */
  cpuNanos(row: number) {
    return this.values[row * fields + 3]!
  }

  /** Working set, bytes. */
  memoryBytes(row: number) {
    return this.values[row * fields + 4]!
  }

  /** Swap in use, bytes. */
  swapBytes(row: number) {
    return this.values[row * fields + 5]!
  }

  setTimestamp(row: number, millis: number) {
    this.values[row * fields] = millis
  }

  setStartTime(row: number, millis: number) {
    this.values[row * fields + 1] = millis
  }

  setCpu(row: number, seconds: number, nanos: number) {
    this.values[row * fields + 2] = seconds
    this.values[row * fields + 3] = nanos
  }

  setMemoryBytes(row: number, bytes: number) {
    this.values[row * fields + 4] = bytes
  }

  setSwapBytes(row: number, bytes: number) {
    this.values[row * fields + 5] = bytes
  }

  /** Takes a whole row over from other points. */
  copyRow(row: number, from: Points, fromRow: number) {
    for (let field = 0; field < fields; field++) {
      this.values[row * fields + field] = from.values[fromRow * fields + field]!
    }
  }

  /** Nothing is reported in the row any more. */
  clearRow(row: number) {
    this.values.fill(Number.NaN, row * fields, (row + 1) * fields)
  }

  /** The same rows, in which nothing is reported any more. */
  cleared() {
    this.values.fill(Number.NaN)
    return this
  }

  /** The same readings in so many rows: the last ones are cut off or new. */
  resized(rows: number) {
    if (rows === this.rows) return this
    const points = Points.make(rows)
    points.values.set(this.values.subarray(0, points.values.length))
    return points
  }
}

/** One scrape: row 0 of the points is the node itself, row `i + 1` is `containers[i]`. */
export interface Sample {
  readonly node: string
  /** Where it was read, `host:port`. */
  readonly address?: string
  readonly containers: ReadonlyArray<ContainerKey>
  /** How the kubelet wrote the labels of these: by that its next page is read (`scrape/KnownLabels.ts`). */
  readonly labels: Uint8Array
  readonly points: Points
}

/** What is published of a node, or of a pod: a usage for each container. To be read in one go, because newer ones replace it. */
export interface Usages {
  /** The node whose kubelet reported it. */
  readonly node: string
  /** End of the window, by the kubelet's clock: milliseconds since the epoch. Of a pod: of its earliest container. */
  readonly timestamp: number
  /** Length of that window, milliseconds. */
  readonly window: number
  /** How many usages: of a node one. */
  readonly size: number
  /** The container, of which there is none for a node. They are sorted by name. */
  name(index: number): string
  /** Over the window: billionths of a core. */
  cpuNanocores(index: number): number
  /** Working set, bytes. */
  memoryBytes(index: number): number
  /** Swap in use, bytes; NaN when none is to be told. */
  swapBytes(index: number): number
}
