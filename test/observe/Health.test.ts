/** What the checks find, under the original's names. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Nodes } from "../../src/discover/Nodes.ts"
import { Pods } from "../../src/discover/Pods.ts"
import { Health, type Probe } from "../../src/observe/Health.ts"
import { ScrapeStatus } from "../../src/scrape/ScrapeStatus.ts"
import { MetricsStore } from "../../src/store/MetricsStore.ts"

const server = (given: { readonly synced?: boolean; readonly served?: number } = {}) => {
  const { served = 1, synced = true } = given
  const informer = { synced: Effect.succeed(synced), get: () => undefined, list: () => [] }
  return Health.layer({ resolution: Duration.seconds(10) }).pipe(
    Layer.provideMerge(ScrapeStatus.layer),
    Layer.provide(Layer.mergeAll(
      Layer.mock(Nodes, informer),
      Layer.mock(Pods, { ...informer, listNamespace: () => [] }),
      Layer.mock(MetricsStore, { counts: Effect.succeed({ nodes: served, containers: served }) })
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

  it.effect("fail for what has not been listed yet", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* failing("livez"), ["metadata-informer-sync"])
      assert.deepStrictEqual(yield* failing("readyz"), ["metric-informer-sync", "metadata-informer-sync"])
      assert.deepStrictEqual(yield* failing("healthz"), ["metadata-informer-sync"])
    }).pipe(Effect.provide(server({ synced: false }))))

  it.effect("fail to be ready without metrics, and stay alive", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* failing("readyz"), ["metric-storage-ready"])
      assert.deepStrictEqual(yield* failing("livez"), [])
    }).pipe(Effect.provide(server({ served: 0 }))))

  it.effect("fail to be alive when a loop is late by more than half a resolution", () =>
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

  it.effect("fail to be ready from when the server begins to stop", () =>
    Effect.gen(function*() {
      yield* Effect.scoped(Layer.build(Health.layerStop))
      assert.deepStrictEqual(yield* failing("readyz"), ["shutdown"])
    }).pipe(Effect.provide(server())))
})
