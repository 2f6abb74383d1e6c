/** Families of metrics, and what remains of a series. */
import { assert, it } from "@effect/vitest"
import { Effect, Metric } from "effect"
import * as MetricFamily from "../src/MetricFamily.ts"
import { inRegistry } from "./fixtures/Registry.ts"

it.effect("a series is there at zero before anything is recorded, and is one and the same for the same labels", () =>
  inRegistry(
    Effect.gen(function*() {
      const family = yield* MetricFamily.counter<"reason">("failures_total", "Failures")
      family.series({ reason: "timeout" })
      family.series({ reason: "reset" }).update(1)
      family.series({ reason: "reset" }).update(2)
      const found = (yield* Metric.snapshot).map(({ attributes, state }) => [attributes?.["reason"], state])
      assert.deepStrictEqual(found, [
        ["timeout", { count: 0, incremental: true }],
        ["reset", { count: 3, incremental: true }]
      ])
    })
  ))

it.effect("nothing remains of a series that is removed, and it begins anew", () =>
  inRegistry(
    Effect.gen(function*() {
      const registry = yield* Metric.MetricRegistry
      const durations = yield* MetricFamily.histogram<"node">("seconds", "Of a node", [1])
      const ages = yield* MetricFamily.gauge<"node">("age", "Of a node")
      for (let i = 0; i < 100; i++) {
        const node = `node-${i}`
        const series = durations.series({ node })
        series.update(1)
        const age = ages.read({ node }, () => 1)
        assert.strictEqual(registry.size, 2)
        series.remove()
        age.remove()
        assert.strictEqual(registry.size, 0)
      }
      const again = durations.series({ node: "node-0" })
      again.update(1)
      assert.deepInclude((yield* Metric.snapshot)[0]?.state, { count: 1 })
    })
  ))
