/** What the checks find, under the original's names. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import { type Node, Nodes } from "../../src/discover/Nodes.ts"
import { Pods } from "../../src/discover/Pods.ts"
import { Health, type Probe } from "../../src/observe/Health.ts"
import { ScrapeStatus } from "../../src/scrape/ScrapeStatus.ts"
import { MetricsStore } from "../../src/store/MetricsStore.ts"

const node = (name: string): Node => ({
  name,
  labels: {},
  addresses: [],
  kubeletPort: 10_250,
  ready: true,
  metricsPath: "/metrics/resource"
})

const server = (
  given: {
    readonly nodes?: ReadonlyArray<string>
    readonly synced?: boolean
    readonly served?: number
    readonly livezGracePeriod?: Duration.Duration
  } = {}
) => {
  const { livezGracePeriod = Duration.zero, nodes = [], served = 1, synced = true } = given
  const health = Effect.succeed({ synced, lastContact: Option.none<number>(), error: Option.some("no answer") })
  const informer = { health, get: () => undefined, parts: () => [] }
  return Health.layer({ resolution: Duration.seconds(10), livezGracePeriod }).pipe(
    Layer.provideMerge(ScrapeStatus.layer),
    Layer.provide(Layer.mergeAll(
      Layer.mock(Nodes, { ...informer, list: () => nodes.map(node) }),
      Layer.mock(Pods, informer),
      Layer.mock(MetricsStore, {
        counts: Effect.succeed({ nodes: served, containers: served }),
        snapshot: () => assert.fail("nobody asks for metrics here")
      })
    ))
  )
}

const failing = (probe: Probe) =>
  Effect.gen(function*() {
    const { checks } = yield* Health
    const problems = yield* Effect.forEach(
      checks[probe],
      ({ name, problem }) => Effect.map(problem, (it) => it === undefined ? [] : [name])
    )
    return problems.flat()
  })

describe("the checks of a server", () => {
  it.effect("pass when it scrapes, serves, and knows nodes and pods", () =>
    Effect.gen(function*() {
      for (const probe of ["livez", "readyz", "healthz"] as const) assert.deepStrictEqual(yield* failing(probe), [])
    }).pipe(Effect.provide(server())))

  it.effect("fail for what has not been listed yet, but are no reason to restart the server for it", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* failing("livez"), [])
      assert.deepStrictEqual(yield* failing("readyz"), ["metric-informer-sync", "metadata-informer-sync"])
      assert.deepStrictEqual(yield* failing("healthz"), ["metadata-informer-sync"])
    }).pipe(Effect.provide(server({ synced: false }))))

  it.effect("say of how many nodes there is nothing to serve yet, and why", () =>
    Effect.gen(function*() {
      const status = yield* ScrapeStatus
      yield* status.record({ node: "b", startedAt: 0, duration: 0, rows: 1 })
      const { checks } = yield* Health
      const problems = yield* Effect.forEach(checks.readyz, ({ problem }) => problem)
      assert.deepStrictEqual(problems.filter((it) => it !== undefined), [{
        message: "no metrics to serve",
        causes: [
          "1 of 2 nodes: not scraped yet",
          "1 of 2 nodes: scraped, but usage is computed from two readings of a container"
        ]
      }])
    }).pipe(Effect.provide(server({ nodes: ["a", "b"], served: 0 }))))

  it.effect("say why: what the kube-apiserver said last, and what keeps metrics away", () =>
    Effect.gen(function*() {
      const { checks } = yield* Health
      const problems = yield* Effect.forEach(checks.readyz, ({ problem }) => problem)
      assert.deepStrictEqual(problems.filter((it) => it !== undefined), [
        {
          message: "no metrics to serve",
          causes: ["no nodes are known: see metric-informer-sync, and --node-selector"]
        },
        { message: "informer has not synced", causes: ["no answer"] },
        { message: "informer has not synced", causes: ["no answer"] }
      ])
    }).pipe(Effect.provide(server({ synced: false, served: 0 }))))

  it.effect("fail to be ready without metrics, and stay alive", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* failing("readyz"), ["metric-storage-ready"])
      assert.deepStrictEqual(yield* failing("livez"), [])
    }).pipe(Effect.provide(server({ served: 0 }))))

  it.effect("fail to be alive when a turn is late by more than half a resolution", () =>
    Effect.gen(function*() {
      const status = yield* ScrapeStatus
      yield* status.expect("a", 20_000)
      yield* status.expect("b", 60_000)
      yield* TestClock.setTime(25_000)
      assert.deepStrictEqual(yield* failing("livez"), [])
      yield* TestClock.setTime(25_001)
      assert.deepStrictEqual(yield* failing("livez"), ["metric-collection-timely"])
      assert.deepStrictEqual(yield* failing("readyz"), [])
      yield* status.forget("a")
      assert.deepStrictEqual(yield* failing("livez"), [])
    }).pipe(Effect.provide(server())))

  it.effect("are no reason to restart a server that has only just begun, where it has time for that", () =>
    Effect.gen(function*() {
      const status = yield* ScrapeStatus
      yield* status.expect("a", 10_000)
      yield* TestClock.adjust("29 seconds")
      assert.deepStrictEqual(yield* failing("livez"), [])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* failing("livez"), ["metric-collection-timely"])
    }).pipe(Effect.provide(server({ livezGracePeriod: Duration.seconds(30) }))))

  it.effect("fail to be ready while a server that is told to stop still answers", () =>
    Effect.gen(function*() {
      const stop = Effect.scoped(Layer.build(Health.layerStop({ shutdownDelay: Duration.seconds(5) })))
      const stopped = yield* Effect.forkChild(stop, { startImmediately: true })
      yield* TestClock.adjust("4 seconds")
      assert.deepStrictEqual(yield* failing("readyz"), ["shutdown"])
      assert.deepStrictEqual(yield* failing("livez"), [])
      assert.isUndefined(stopped.pollUnsafe())
      yield* TestClock.adjust("1 second")
      assert.isDefined(stopped.pollUnsafe())
    }).pipe(Effect.provide(server())))

  it.effect("fail to be ready from when the server begins to stop", () =>
    Effect.gen(function*() {
      yield* Effect.scoped(Layer.build(Health.layerStop({ shutdownDelay: Duration.zero })))
      assert.deepStrictEqual(yield* failing("readyz"), ["shutdown"])
    }).pipe(Effect.provide(server())))
})
