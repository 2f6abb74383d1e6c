/** Prometheus' text format, in pieces. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { PrometheusMetrics } from "effect/observability"
import * as MetricFamily from "../../src/MetricFamily.ts"
import * as PrometheusText from "../../src/observe/PrometheusText.ts"
import * as MetricsPage from "../fixtures/MetricsPage.ts"
import { inRegistry } from "../fixtures/Registry.ts"

it.effect("is what can be read back, whatever labels and numbers hold", () =>
  inRegistry(Effect.gen(function*() {
    const gauge = yield* MetricFamily.gauge<"name">("b_gauge", "A \\ in the help\nand a second line")
    const odd = "a \"quoted\" \\ name\nin two lines"
    gauge.series({ name: odd }).update(-1.5e-9)
    gauge.read({ name: "read" }, () => Number.POSITIVE_INFINITY)
    const counter = yield* MetricFamily.counter("a_total", "Counts")
    counter.series({})
    const [first, second] = MetricsPage.read(yield* PrometheusText.format)
    assert.deepStrictEqual(first, {
      name: "a_total",
      type: "counter",
      help: "Counts",
      samples: [{ name: "a_total", labels: {}, value: 0 }]
    })
    assert.strictEqual(second?.help, "A \\\\ in the help\\nand a second line")
    assert.deepStrictEqual(second?.samples.map(({ labels, value }) => [labels["name"], value]), [
      ["a \\\"quoted\\\" \\\\ name\\nin two lines", -1.5e-9],
      ["read", Number.POSITIVE_INFINITY]
    ])
  })))

it.effect("has the bounds of buckets as Go writes them", () =>
  inRegistry(Effect.gen(function*() {
    const boundaries = [0.0001, 0.5, 1, 100_000, 604_800, 1_000_000, 1_048_576, 2_592_000, 31_104_000, 1e9]
    yield* Effect.map(MetricFamily.histogram("h", "Of anything", boundaries), (family) => family.series({}))
    const [family] = MetricsPage.read(yield* PrometheusText.format)
    assert.strictEqual(
      MetricsPage.bucketsOf(family!).join(" "),
      "0.0001 0.5 1 100000 604800 1e+06 1.048576e+06 2.592e+06 3.1104e+07 1e+09 +Inf"
    )
  })))

it.effect("of many series says the same as in one piece, and lets others work in between", () =>
  inRegistry(Effect.gen(function*() {
    const histogram = yield* MetricFamily.histogram<"node">("scrapes_seconds", "Of a node", [1, 2])
    for (let i = 0; i < 1000; i++) histogram.series({ node: `node-${i}` }).update(i % 3)
    let turns = 0
    const other = yield* Effect.forkChild(
      Effect.forever(Effect.andThen(Effect.sync(() => turns++), Effect.yieldNow)),
      { startImmediately: true }
    )
    const before = turns
    const page = yield* PrometheusText.format
    assert.isAbove(turns, before)
    assert.strictEqual(page, yield* PrometheusMetrics.format())
    assert.lengthOf(MetricsPage.read(page)[0]?.samples ?? [], 5000)
    assert.isUndefined(other.pollUnsafe())
  })))
