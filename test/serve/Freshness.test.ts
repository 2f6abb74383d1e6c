/** The age of what clients read, in the original's buckets. */
import { assert, it } from "@effect/vitest"
import { Effect, Metric } from "effect"
import * as Freshness from "../../src/serve/Freshness.ts"
import { inRegistry } from "../fixtures/Registry.ts"

it.effect("every age is counted in the first bucket that takes it", () =>
  inRegistry(Effect.gen(function*() {
    const freshness = yield* Freshness.make
    for (const millis of [0, 1000, 1001]) freshness.observe(millis)
    // Of a list, of which one item more stands in the column.
    freshness.observeAll(400_000, Float64Array.of(398_636, 391_000, 35_600, 400_005, 0), 4)
    const [family] = yield* Metric.snapshot
    assert.strictEqual(family?.id, "metrics_server_api_metric_freshness_seconds")
    const state = family?.state as Metric.HistogramState
    assert.deepStrictEqual(state.buckets.slice(0, 3), [[1, 3], [1.364, 5], [1.8604960000000004, 5]])
    assert.deepStrictEqual(state.buckets.at(-1), [364.31163045936864, 6])
    assert.deepInclude(state, { count: 7, min: -0.005, max: 364.4 })
    assert.approximately(state.sum, 376.76, 0.001)
  })))
