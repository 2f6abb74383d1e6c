/** The last points of every node, and the usage that can be served of them at this moment. */
import { Context, Duration, Effect, Layer, type Option } from "effect"
import * as Monotonic from "../Monotonic.ts"
import type { Sample, Usages } from "../Sample.ts"
import { NodePoints } from "./NodePoints.ts"
import { type NodeName, type PodName, Published } from "./Published.ts"
import { UsageSlabs } from "./UsageSlabs.ts"

export interface Snapshot {
  node(name: string): Usages | undefined
  pod(namespace: string, name: string): Usages | undefined
  /** Of the nodes or pods of a part of a list, which never changes: quicker for many, and for who comes with the same part again. */
  nodes(part: ReadonlyArray<NodeName>): UsagesOfPart
  pods(part: ReadonlyArray<PodName>): UsagesOfPart
  /** Whether any usage says swap, or did so since the start. */
  readonly hasSwap: boolean
}

export interface UsagesOfPart {
  /** Of the object at this place in the part; to be read before those of the next are asked for. */
  at(index: number): Usages | undefined
}

export interface Trace {
  readonly node: string
  readonly waiting: ReadonlyArray<string>
}

export class MetricsStore extends Context.Service<MetricsStore, {
  /** Takes one node's sample in; publishes what it completes. */
  commit(sample: Sample): Effect.Effect<void>
  /** The node is gone: its points, and what only it published, are released. */
  forget(node: string): Effect.Effect<void>
  /** What can be served. Whether a value still stands is judged by this moment; one that is newer than that stands, too. */
  snapshot(): Snapshot
  /** Distinct readings a node has: 0, 1, or 2, which is enough for usage. */
  depth(node: string): Effect.Effect<number>
  /** The nodes that reported the pod last, and those of its containers whose readings make no usage yet. */
  trace(namespace: string, pod: string): Effect.Effect<ReadonlyArray<Trace>>
  /** How many nodes and containers can be served. */
  readonly counts: Effect.Effect<{ readonly nodes: number; readonly containers: number }>
}>()("metrics-server/store/MetricsStore") {
  static layer(options: {
    readonly resolution: Duration.Duration
    /** How long the last good value stands while no newer one can be published. */
    readonly retention: Duration.Duration
    /** Whether swap is served as reported; where nothing is said, of nodes that have swapped. */
    readonly publishSwap: Option.Option<boolean>
  }) {
    return Layer.effect(
      MetricsStore,
      Effect.map(Monotonic.reader, (clock) => {
        const resolution = Duration.toMillis(options.resolution)
        const retention = Duration.toMillis(options.retention)
        const nodes = new Map<string, NodePoints>()
        const published = new Published(retention)
        let hasSwap = false
        const slabs = { nodes: new UsageSlabs(), containers: new UsageSlabs() }

        const commit = (sample: Sample) =>
          Effect.sync(() => {
            const now = clock()
            const points = nodes.get(sample.node) ??
              new NodePoints(sample.node, { resolution, retention, publishSwap: options.publishSwap }, slabs)
            nodes.set(sample.node, points)
            const released = points.take(sample, now)
            published.put(points, now)
            if (points.hasSwap) hasSwap = true
            for (const { namespace, pod } of released) {
              if (published.pod(namespace, pod, now) === undefined) published.releasePod(namespace, pod, sample.node)
            }
          })

        const forget = (node: string) =>
          Effect.sync(() => {
            published.releaseNode(node)
            for (const { namespace, pod } of nodes.get(node)?.containers ?? []) {
              published.releasePod(namespace, pod, node)
            }
            nodes.delete(node)
          })

        return MetricsStore.of({
          commit,
          forget,
          snapshot: () => new PublishedAt(published, clock(), hasSwap),
          depth: (node) => Effect.sync(() => nodes.get(node)?.depth(clock()) ?? 0),
          trace: (namespace, pod) =>
            Effect.sync(() =>
              Array.from(nodes).flatMap(([node, points]) => {
                const waiting = points.waiting(namespace, pod)
                return waiting === undefined ? [] : [{ node, waiting }]
              })
            ),
          counts: Effect.sync(() => published.counts(clock()))
        })
      })
    )
  }
}

/** What is published, at a moment. Each request takes one: it is a single object, whatever is asked of it. */
class PublishedAt implements Snapshot {
  readonly #published: Published
  readonly #now: number
  readonly hasSwap: boolean

  constructor(published: Published, now: number, hasSwap: boolean) {
    this.#published = published
    this.#now = now
    this.hasSwap = hasSwap
  }

  node(name: string) {
    return this.#published.node(name, this.#now)
  }

  pod(namespace: string, name: string) {
    return this.#published.pod(namespace, name, this.#now)
  }

  nodes(part: ReadonlyArray<NodeName>) {
    return this.#published.nodes(part, this.#now)
  }

  pods(part: ReadonlyArray<PodName>) {
    return this.#published.pods(part, this.#now)
  }
}
