/** The last two readings of a node and of its containers, in columns; what has gone is kept for a while. */
import { Option } from "effect"
import { type ContainerKey, Points, type Sample } from "../Sample.ts"
import * as PodRows from "./PodRows.ts"
import { cpuNanocores, type Pair, take, window } from "./Usage.ts"
import { UsageBlock } from "./UsageBlock.ts"
import type { UsageSlabs } from "./UsageSlabs.ts"

export interface Options {
  /** Milliseconds, as all times here. */
  readonly resolution: number
  readonly retention: number
  /**
   * Whether usage says what is reported of swap. Where nothing is said: once the node's own value has been above zero,
   * because kubelets report zero on nodes without swap too.
   */
  readonly publishSwap: Option.Option<boolean>
}

/** Nodes have theirs beside each other, because there are lists of nodes. */
export interface Slabs {
  readonly nodes: UsageSlabs
  readonly containers: UsageSlabs
}

export class NodePoints implements Pair {
  last = Points.make(1)
  previous = Points.make(1)
  /** What is published of the node itself, in its one row. */
  readonly own: UsageBlock
  /** What is published of its containers, in the same rows as their readings. */
  usages: UsageBlock
  /** Whether swap was ever published of it. */
  hasSwap = false
  /** The pods of the last page. */
  pods: ReadonlyArray<PodRows.PodRows> = []
  /** `#containers[i]` has row `i + 1`: first those of the last page, in its order, then those that it does not have. */
  #containers: Array<ContainerKey> = []
  #onPage = 0
  /** When a reading of the row was last taken, by our clock: what was published of it stands no longer than it is kept. */
  #takenAt = new Float64Array(1).fill(Number.NaN)
  /** Which rows of the last page were taken: 1. */
  #taken = new Uint8Array(1)
  #hasSwapped = false
  /** When the node's own reading that came last was made, by the kubelet's clock, and when it came, by ours. */
  #madeAt = Number.NaN
  #cameAt = Number.NaN
  readonly #options: Options
  readonly #slabs: Slabs

  constructor(node: string, options: Options, slabs: Slabs) {
    this.own = slabs.nodes.block(node, 1)
    // Until a page says how many they are.
    this.usages = new UsageBlock(node, new Float64Array(0), 0)
    this.#options = options
    this.#slabs = slabs
  }

  /** All containers that have points here, those missing from the last page included. */
  get containers(): ReadonlyArray<ContainerKey> {
    return this.#containers
  }

  /** Takes a page in; returns the containers whose points are released, because they have been gone for too long. */
  take({ containers, points }: Sample, now: number): ReadonlyArray<ContainerKey> {
    const released = this.#fits(containers, now) ? [] : this.#arrange(containers, now)
    if (this.#noteTime(points.timestamp(0), now)) {
      this.last = Points.make(this.last.rows)
      this.previous = Points.make(this.last.rows)
    }
    if (this.#taken.length === points.rows) this.#taken.fill(0)
    else this.#taken = new Uint8Array(points.rows)
    for (let row = 0; row < points.rows; row++) {
      if (this.#isExpired(row, now)) {
        this.last.clearRow(row)
        this.previous.clearRow(row)
      }
      if (!take(this, points, row, this.#options.resolution)) continue
      this.#takenAt[row] = now
      this.#taken[row] = 1
    }
    if (this.last.swapBytes(0) > 0) this.#hasSwapped = true
    return released
  }

  /** Publishes what the node's own reading comes to, if it does. */
  publishNode(now: number) {
    if (!this.#canPublish(0)) return false
    this.#publish(this.own, 0, now)
    return true
  }

  /** Publishes what the readings in these rows come to, if all of them do: a part of a pod would be less than its truth. */
  publishPod({ rows }: PodRows.PodRows, now: number) {
    for (const row of rows) {
      if (!this.#canPublish(row)) return false
    }
    for (const row of rows) this.#publish(this.usages, row, now)
    return true
  }

  /** A counter that jumps beyond 2^53 is no usage. */
  #canPublish(row: number) {
    return this.#hasUsage(row) && Number.isSafeInteger(cpuNanocores(this, row))
  }

  #publish(usages: UsageBlock, row: number, now: number) {
    const { last } = this
    const withSwap = Option.getOrElse(this.#options.publishSwap, () => this.#hasSwapped)
    const swapBytes = withSwap ? last.swapBytes(row) : Number.NaN
    if (!Number.isNaN(swapBytes)) this.hasSwap = true
    usages.set(
      row,
      now,
      last.timestamp(row),
      window(this, row),
      cpuNanocores(this, row),
      last.memoryBytes(row),
      swapBytes,
      last.startTime(row)
    )
  }

  /** Containers of a pod of the last page whose readings make no usage yet; nothing when the page does not have it. */
  waiting(namespace: string, name: string): ReadonlyArray<string> | undefined {
    return this.pods.find((pod) => pod.name === name && pod.namespace === namespace)?.rows
      .filter((row) => !this.#hasUsage(row))
      .map((row) => this.#containers[row - 1]!.container)
  }

  /** Distinct readings, at most two: those of the node or, if it reports none of itself, of its containers. */
  depth(now: number) {
    let depth = 0
    for (let row = 0; row < this.last.rows; row++) {
      if (!this.#isExpired(row, now)) depth = Math.max(depth, this.#depthOf(row))
      if (row === 0 && depth > 0) return depth
    }
    return depth
  }

  #depthOf(row: number) {
    if (Number.isNaN(this.last.timestamp(row))) return 0
    return Number.isNaN(window(this, row)) ? 1 : 2
  }

  /** Only a reading on the last page that has a window makes a usage. */
  #hasUsage(row: number) {
    return this.#taken[row] !== 0 && !Number.isNaN(window(this, row))
  }

  /**
   * Notes when the node was read; tells whether the kubelet's clock was set since its last reading: the two would make a
   * window that never was. Readings wait for their scrape, some longer than others, so that less than two resolutions prove
   * nothing.
   */
  #noteTime(timestamp: number, now: number) {
    if (timestamp === this.#madeAt) return false
    const passedThere = timestamp - this.#madeAt
    const passedHere = now - this.#cameAt
    this.#madeAt = timestamp
    this.#cameAt = now
    return Math.abs(passedThere - passedHere) > 2 * this.#options.resolution
  }

  #isExpired(row: number, now: number) {
    return !(now - this.#takenAt[row]! <= this.#options.retention)
  }

  #fits(containers: ReadonlyArray<ContainerKey>, now: number) {
    if (containers.length !== this.#onPage) return false
    for (let index = 0; index < containers.length; index++) {
      if (!isSame(containers[index]!, this.#containers[index]!)) return false
    }
    for (let row = this.#onPage + 1; row <= this.#containers.length; row++) {
      if (this.#isExpired(row, now)) return false
    }
    return true
  }

  /** Lays the rows out as a new page has them; says whose points are released. */
  #arrange(containers: ReadonlyArray<ContainerKey>, now: number) {
    const known = new Map(this.#containers.map((key, index) => [idOf(key), { key, row: index + 1 }]))
    const present = containers.map((key) => known.get(idOf(key)) ?? { key, row: -1 })
    for (const { key } of present) known.delete(idOf(key))
    const absent = [...known.values()]
    const released = absent.filter(({ row }) => this.#isExpired(row, now)).map(({ key }) => key)
    const arranged = [...present, ...absent.filter(({ row }) => !this.#isExpired(row, now))]
    const { last, previous } = this
    const takenAt = this.#takenAt
    this.last = Points.make(arranged.length + 1)
    this.previous = Points.make(arranged.length + 1)
    this.usages = this.#slabs.containers.block(this.usages.node, present.length + 1)
    this.#takenAt = new Float64Array(arranged.length + 1).fill(Number.NaN)
    for (const [row, from] of [0, ...arranged.map(({ row }) => row)].entries()) {
      if (from < 0) continue
      this.last.copyRow(row, last, from)
      this.previous.copyRow(row, previous, from)
      this.#takenAt[row] = takenAt[from]!
    }
    this.#containers = arranged.map(({ key }) => key)
    this.#onPage = present.length
    this.pods = PodRows.of(this.#containers.slice(0, present.length))
    return released
  }
}

const isSame = (a: ContainerKey, b: ContainerKey) =>
  a === b || (a.pod === b.pod && a.container === b.container && a.namespace === b.namespace)

/** Unambiguous whatever the names are. */
const idOf = ({ container, namespace, pod }: ContainerKey) => JSON.stringify([namespace, pod, container])
