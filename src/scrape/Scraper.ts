/** Every node has its turns: each scrapes its kubelet and commits its own sample, so that none waits for another. */
import { Array as Arr, Clock, Duration, Effect, Layer, Random, References, Result, Schedule, Stream } from "effect"
import { type Node, Nodes } from "../discover/Nodes.ts"
import * as Monotonic from "../Monotonic.ts"
import type { Sample } from "../Sample.ts"
import { MetricsStore } from "../store/MetricsStore.ts"
import * as DueTurns from "./DueTurns.ts"
import { Kubelet } from "./Kubelet.ts"
import type { KubeletError } from "./KubeletError.ts"
import * as ScrapeLog from "./ScrapeLog.ts"
import * as ScrapeMetrics from "./ScrapeMetrics.ts"
import { type Outcome, ScrapeStatus } from "./ScrapeStatus.ts"
import * as Turns from "./Turns.ts"

/** Between the first turns of two nodes, on average: a thousand TLS handshakes take a while on one core. */
const stagger = Duration.millis(4)

/** The shortest pause before a second sample, which is what first metrics wait for. */
const eager = Duration.seconds(5)

/** A node that is not ready and fails is tried less and less often, down to once in so many resolutions. */
const maxBackOff = 8

export const layer = (options: { readonly resolution: Duration.Duration }) =>
  Layer.effectDiscard(
    Effect.gen(function*() {
      const nodes = yield* Nodes
      const kubelet = yield* Kubelet
      const store = yield* MetricsStore
      const status = yield* ScrapeStatus
      const metrics = yield* ScrapeMetrics.make(options.resolution, status)
      const log = yield* ScrapeLog.make(options.resolution)
      const clock = yield* Clock.Clock
      const now = yield* Monotonic.reader
      const resolution = Duration.toMillis(options.resolution)
      const tick = resolution / mostTicks
      const due = yield* DueTurns.make(tick)
      const turns = yield* Turns.make
      /** The last sample of each node, which the store has taken in: the next one may be written over it. */
      const samples = new Map<string, Sample>()
      /** Each node as its last change left it. */
      const scraped = new Map<string, Node>()

      const later = (name: string, delay: Duration.Duration) =>
        Effect.suspend(() => {
          const raster = resolution / ticks(nodes.list().length)
          const at = Math.floor((now() + Duration.toMillis(delay)) / raster) * raster
          due.put(name, at)
          return status.expect(name, at + tick)
        })

      const turn = Effect.fnUntraced(function*(name: string) {
        const node = nodes.get(name)
        if (node === undefined) return
        const startedAt = clock.currentTimeMillisUnsafe()
        const begun = clock.monotonicTimeNanosUnsafe()
        // It ends by then, or little later: nobody waits longer for our credentials and for a kubelet.
        yield* status.expect(name, now() + resolution)
        const result = yield* Effect.result(Effect.tap(kubelet.scrape(node, samples.get(name)), store.commit))
        if (Result.isSuccess(result)) samples.set(name, result.success)
        const duration = Number(clock.monotonicTimeNanosUnsafe() - begun) / 1e6
        const outcome = outcomeOf(name, startedAt, duration, result)
        const before = yield* status.record(outcome)
        metrics.record(outcome)
        yield* log.record(node, before, outcome)
      })

      const again = Effect.fnUntraced(function*(name: string) {
        // Its turn may have been due already when it went.
        if (nodes.get(name) === undefined) return
        const delay = pause(options.resolution, {
          depth: yield* store.depth(name),
          ready: nodes.get(name)?.ready ?? false,
          failures: status.get(name)?.failures ?? 0
        })
        yield* later(name, delay)
      })

      const traces = yield* References.TracerEnabled
      const traced = (name: string) =>
        traces ? Effect.withSpan(turn(name), "Scraper.turn", { attributes: { node: name } }) : turn(name)

      const begin = (name: string) =>
        turns.run(
          name,
          traced(name).pipe(
            Effect.catchCause((cause) => Effect.logError(`the turn of node ${name} ended in a defect`, cause)),
            Effect.andThen(again(name))
          )
        )

      /** Those of one tick: some of them may be gone by the time it is theirs. */
      const beginAll = (names: ReadonlyArray<string>) =>
        Effect.forEach(names, (name) => nodes.get(name) === undefined ? Effect.void : begin(name), { discard: true })

      /** When the next one may have its turn at once: many nodes may change together, and all of them have theirs in a resolution. */
      let freeAt = 0
      const beginAnew = Effect.fnUntraced(function*(name: string) {
        const wait = Math.max(0, freeAt - now())
        // A turn that comes sooner anyhow sees the change as well.
        if (due.at(name) <= now() + wait) return
        freeAt = now() + wait + Math.min(Duration.toMillis(stagger), resolution / nodes.list().length)
        due.delete(name)
        if (wait === 0) return yield* begin(name)
        yield* turns.end(name)
        yield* later(name, Duration.millis(wait))
      })

      const put = Effect.fnUntraced(function*(node: Node) {
        const before = scraped.get(node.name)
        scraped.set(node.name, node)
        if (before === undefined) {
          const spread = Duration.min(options.resolution, Duration.times(stagger, nodes.list().length))
          yield* later(node.name, Duration.millis(yield* Random.nextBetween(0, Duration.toMillis(spread))))
        } else if (mayCure(before, node)) {
          yield* beginAnew(node.name)
        }
      })

      const remove = (name: string) =>
        Effect.all([
          turns.end(name),
          store.forget(name),
          status.forget(name),
          Effect.sync(() => {
            due.delete(name)
            metrics.forget(name)
            scraped.delete(name)
            samples.delete(name)
          })
        ], { discard: true })

      yield* nodes.changes.pipe(
        Stream.runForEach((change) => change._tag === "Put" ? put(change.value) : remove(change.key)),
        Effect.forkScoped
      )
      yield* due.take.pipe(
        Effect.flatMap((names) =>
          Effect.forEach(
            Arr.chunksOf(names, atOnce),
            (some) => Effect.andThen(beginAll(some), Effect.yieldNow),
            { discard: true }
          )
        ),
        Effect.repeat(Schedule.spaced(Duration.millis(tick))),
        Effect.forkScoped
      )
    }).pipe(Effect.annotateLogs({ service: "Scraper" }))
  )

/** In one resolution. */
const mostTicks = 150
const fewestTicks = 30

/**
 * Turns begin at the ticks of a resolution, several together: what they all need is at hand in the processor's caches then. About as
 * many as this, and in small clusters fewer; more gain nothing and want more memory at a time.
 */
const together = 32

export const ticks = (nodes: number) => Math.min(Math.max(Math.round(nodes / together), fewestTicks), mostTicks)

/** So many turns begin before whoever asks us for something has one: to begin takes some hundred microseconds. */
const atOnce = 16

/** From the end of a turn of a node to its next one. */
export const pause = (
  resolution: Duration.Duration,
  node: {
    /** Distinct samples that the store has of it. */
    readonly depth: number
    readonly ready: boolean
    /** Failed turns in a row. */
    readonly failures: number
  }
): Duration.Duration => {
  if (node.failures > 0 && !node.ready) {
    return Duration.times(resolution, Math.min(2 ** (node.failures - 1), maxBackOff))
  }
  return node.failures === 0 && node.depth < 2 ? Duration.min(eager, resolution) : resolution
}

/** Whether the change of a node may make its next scrape end differently: then it is scraped at once. */
export const mayCure = (before: Node, after: Node) =>
  before.ready !== after.ready ||
  before.kubeletPort !== after.kubeletPort ||
  before.metricsPath !== after.metricsPath ||
  before.addresses.length !== after.addresses.length ||
  before.addresses.some((address, i) =>
    address.type !== after.addresses[i]?.type || address.address !== after.addresses[i]?.address
  )

/** What a turn that ended so says of the node. */
const outcomeOf = (
  node: string,
  startedAt: number,
  duration: number,
  result: Result.Result<Sample, KubeletError>
): Outcome => {
  if (Result.isFailure(result)) {
    const error = result.failure
    return { node, startedAt, duration, address: error.address || undefined, rows: 0, sampledAt: undefined, error }
  }
  const { address, points } = result.success
  const time = points.timestamp(0)
  const sampledAt = Number.isNaN(time) ? undefined : time
  return { node, startedAt, duration, address, rows: points.rows, sampledAt, error: undefined }
}
