/** What the probes ask: named checks over the data flow, under the original's names and in its order. */
import { Clock, Context, Duration, Effect, Layer, Option, Ref } from "effect"
import { Nodes } from "../discover/Nodes.ts"
import { Pods } from "../discover/Pods.ts"
import type * as Reflector from "../discover/Reflector.ts"
import * as Monotonic from "../Monotonic.ts"
import * as FailureSummary from "../scrape/FailureSummary.ts"
import { ScrapeStatus } from "../scrape/ScrapeStatus.ts"
import { MetricsStore } from "../store/MetricsStore.ts"
import * as ScrapeReport from "./ScrapeReport.ts"

export interface Check {
  readonly name: string
  /** Why it fails now; nothing when it passes. */
  readonly problem: Effect.Effect<Problem | undefined>
}

export interface Problem {
  /** In the original's words, where it has the check too. */
  readonly message: string
  /** What is behind it, each in a line, and what to do. */
  readonly causes: ReadonlyArray<string>
}

export type Probe = "livez" | "readyz" | "healthz"

export class Health extends Context.Service<Health, {
  readonly checks: Readonly<Record<Probe, ReadonlyArray<Check>>>
  /** The server is about to stop: from now on it is not ready. */
  readonly stop: Effect.Effect<void>
}>()("metrics-server/observe/Health") {
  static layer(options: {
    readonly resolution: Duration.Duration
    /** How long after the start the server counts as alive in any case. */
    readonly livezGracePeriod: Duration.Duration
  }) {
    return Layer.effect(
      Health,
      Effect.gen(function*() {
        const nodes = yield* Nodes
        const pods = yield* Pods
        const status = yield* ScrapeStatus
        const store = yield* MetricsStore
        const stopping = yield* Ref.make(false)
        const judgedFrom = (yield* Monotonic.now) + Duration.toMillis(options.livezGracePeriod)

        // Our own scheduling, never a slow kubelet: a turn is bounded, so one that is late has been held up here.
        const slack = Duration.toMillis(options.resolution) / 2
        const timely = check("metric-collection-timely", Monotonic.now, (now) => {
          const late = status.overdue(now - slack)
          return late.length === 0
            ? undefined
            : problem("metric collection didn't finish on time", [
              `${late.length} scrapes are overdue, among them that of ${late[0]}: this server is short of CPU`
            ])
        })
        const storageReady = check(
          "metric-storage-ready",
          Effect.all({ counts: store.counts, now: Clock.currentTimeMillis }),
          ({ counts, now }) =>
            counts.nodes > 0 && counts.containers > 0
              ? undefined
              : problem("no metrics to serve", unserved(ScrapeReport.make(nodes.list(), status.get, now)))
        )
        const nodesSynced = check("metric-informer-sync", nodes.health, unlisted)
        const podsSynced = check("metadata-informer-sync", pods.health, unlisted)
        const shutdown = check(
          "shutdown",
          Ref.get(stopping),
          (stopping) => stopping ? problem("process is shutting down", []) : undefined
        )

        // For a list that does not come nobody is less alive: who begins anew loses what has come, and waits longer. It counts in the
        // original's /livez, and so has its place there.
        const alive = [from(judgedFrom, timely), passes(podsSynced.name)]

        return Health.of({
          checks: {
            livez: [...constants, ...alive],
            readyz: [...constants, storageReady, nodesSynced, podsSynced, shutdown],
            healthz: [...constants, podsSynced]
          },
          stop: Ref.set(stopping, true)
        })
      })
    )
  }

  /** Provided over the listening server, so that it stops being ready, by so much time, before it stops listening. */
  static layerStop({ shutdownDelay }: { readonly shutdownDelay: Duration.Duration }) {
    return Layer.effectDiscard(
      Effect.flatMap(Health, ({ stop }) => Effect.addFinalizer(() => Effect.andThen(stop, Effect.sleep(shutdownDelay))))
    )
  }
}

/** Passes before that moment. */
const from = (moment: number, { name, problem }: Check): Check => ({
  name,
  problem: Effect.flatMap(Monotonic.now, (now) => now < moment ? Effect.succeed(undefined) : problem)
})

const check = <A>(name: string, read: Effect.Effect<A>, problemOf: (value: A) => Problem | undefined): Check => ({
  name,
  problem: Effect.map(read, problemOf)
})

const problem = (message: string, causes: ReadonlyArray<string>): Problem => ({ message, causes })

const unlisted = ({ error, synced }: Reflector.Health) =>
  synced ? undefined : problem("informer has not synced", Option.toArray(error))

/** Why there is nothing to serve: what fails, and what has to come yet. */
const unserved = ({ causes, scraped, total, waiting }: ScrapeReport.ScrapeReport) => [
  ...total === 0 ? ["no nodes are known: see metric-informer-sync, and --node-selector"] : [],
  ...causes.map((cause) => `${cause.nodes} of ${total} nodes: ${FailureSummary.describe(cause)}`),
  ...waiting > 0 ? [`${waiting} of ${total} nodes: not scraped yet`] : [],
  ...scraped > 0
    ? [`${scraped} of ${total} nodes: scraped, but usage is computed from two readings of a container`]
    : []
]

const passes = (name: string): Check => ({ name, problem: Effect.undefined })

/**
 * That the question is answered is the answer: who asks gets this far, our log has no buffer that could be stuck, and
 * the original's two hooks after its start do nothing that this server would have to do.
 */
const constants = [
  "ping",
  "log",
  "poststarthook/max-in-flight-filter",
  "poststarthook/storage-object-count-tracker-hook"
].map(passes)
