/** What the probes ask: named checks over the data flow, under the original's names and in its order. */
import { Clock, Context, Duration, Effect, Layer, Ref } from "effect"
import { Nodes } from "../discover/Nodes.ts"
import { Pods } from "../discover/Pods.ts"
import { ScrapeStatus } from "../scrape/ScrapeStatus.ts"
import { MetricsStore } from "../store/MetricsStore.ts"

export interface Check {
  readonly name: string
  /** Why it fails now; nothing when it passes. */
  readonly problem: Effect.Effect<string | undefined>
}

export type Probe = "livez" | "readyz" | "healthz"

export class Health extends Context.Service<Health, {
  readonly checks: Readonly<Record<Probe, ReadonlyArray<Check>>>
  /** The server is about to stop: from now on it is not ready. */
  readonly stop: Effect.Effect<void>
}>()("metrics-server/observe/Health") {
  static layer(options: { readonly resolution: Duration.Duration }) {
    return Layer.effect(
      Health,
      Effect.gen(function*() {
        const nodes = yield* Nodes
        const pods = yield* Pods
        const status = yield* ScrapeStatus
        const store = yield* MetricsStore
        const stopping = yield* Ref.make(false)

        // Our own scheduling, never a slow kubelet: a turn is bounded, so a loop that is late has been held up here.
        const slack = Duration.toMillis(options.resolution) / 2
        const timely = check("metric-collection-timely", Clock.currentTimeMillis, (now) => {
          const late = status.overdue(now - slack)
          return late.length === 0
            ? undefined
            : `${late.length} scrape loops are overdue, among them that of ${late[0]}`
        })
        const storageReady = check(
          "metric-storage-ready",
          store.counts,
          ({ containers, nodes }) =>
            nodes > 0 && containers > 0 ? undefined : `no metrics to serve: ${nodes} nodes, ${containers} containers`
        )
        const nodesSynced = check(
          "metric-informer-sync",
          nodes.synced,
          (synced) => synced ? undefined : "the nodes have not been listed yet"
        )
        const podsSynced = check(
          "metadata-informer-sync",
          pods.synced,
          (synced) => synced ? undefined : "the pods have not been listed yet"
        )
        const shutdown = check(
          "shutdown",
          Ref.get(stopping),
          (stopping) => stopping ? "the server is stopping" : undefined
        )

        return Health.of({
          checks: {
            livez: [...constants, timely, podsSynced],
            readyz: [...constants, storageReady, nodesSynced, podsSynced, shutdown],
            healthz: [...constants, podsSynced]
          },
          stop: Ref.set(stopping, true)
        })
      })
    )
  }

  /** Provided over the listening server, so that it stops being ready before it stops listening. */
  static readonly layerStop = Layer.effectDiscard(
    Effect.flatMap(Health, ({ stop }) => Effect.addFinalizer(() => stop))
  )
}

const check = <A>(name: string, read: Effect.Effect<A>, problemOf: (value: A) => string | undefined): Check => ({
  name,
  problem: Effect.map(read, problemOf)
})

/**
 * That the question is answered is the answer: who asks gets this far, our log has no buffer that could be stuck, and
 * the original's two hooks after its start do nothing that this server would have to do.
 */
const constants = [
  "ping",
  "log",
  "poststarthook/max-in-flight-filter",
  "poststarthook/storage-object-count-tracker-hook"
].map((name) => check(name, Effect.void, () => undefined))
