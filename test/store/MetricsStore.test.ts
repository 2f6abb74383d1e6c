import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { TestClock } from "effect/testing"
import { MetricsStore } from "../../src/store/MetricsStore.ts"
import { type Reading, sample } from "../fixtures/Samples.ts"

const resolution = Duration.seconds(15)
const retention = Duration.seconds(60)
const layer = MetricsStore.layer({ resolution, retention })

/** The kubelet's clock, an hour off ours. */
const start = 1_795_000_000_000
const at = (seconds: number) => start + 3_600_000 + seconds * 1000

/** After so many seconds, half a core in use all the time. */
const busy = (seconds: number, more: Reading = {}): Reading => ({
  at: at(seconds),
  start,
  cpu: BigInt(seconds + 1000) * 500_000_000n,
  memory: 4096,
  ...more
})

const halfACore = { cpuNanocores: 500_000_000, memoryBytes: 4096 }

/** Commits a sample of node a after so many seconds by our clock. */
const scrape = (seconds: number, containers: Readonly<Record<string, Reading>>, node: Reading = busy(seconds)) =>
  commit("a", seconds, containers, node)

const commit = Effect.fnUntraced(function*(
  name: string,
  seconds: number,
  containers: Readonly<Record<string, Reading>>,
  node: Reading = busy(seconds)
) {
  const store = yield* MetricsStore
  yield* TestClock.setTime(seconds * 1000)
  yield* store.commit(sample(name, node, containers))
})

const pod = (name: string) => Effect.map(MetricsStore.use((store) => store.snapshot), (it) => it.pod("shop", name))
const node = (name: string) => Effect.map(MetricsStore.use((store) => store.snapshot), (it) => it.node(name))

describe("MetricsStore", () => {
  it.effect("publishes a node and its pods with their second sample, as of the kubelet's clock", () =>
    Effect.gen(function*() {
      yield* scrape(0, { "shop/cart/main": busy(0) })
      assert.isUndefined(yield* node("a"))
      assert.isUndefined(yield* pod("cart"))

      yield* scrape(15, { "shop/cart/main": busy(14) })
      assert.deepStrictEqual(yield* node("a"), { timestamp: at(15), window: 15_000, usage: halfACore })
      assert.deepStrictEqual(yield* pod("cart"), {
        timestamp: at(14),
        window: 14_000,
        node: "a",
        containers: [{ name: "main", usage: halfACore }]
      })
      assert.isUndefined((yield* MetricsStore.use((store) => store.snapshot)).pod("other", "cart"))
    }).pipe(Effect.provide(layer)))

  it.effect("publishes a young container with its first sample", () =>
    Effect.gen(function*() {
      yield* scrape(0, { "shop/cart/main": busy(0, { start: at(-12), cpu: 6_000_000_000n }) })
      assert.deepStrictEqual(yield* pod("cart"), {
        timestamp: at(0),
        window: 12_000,
        node: "a",
        containers: [{ name: "main", usage: halfACore }]
      })
    }).pipe(Effect.provide(layer)))

  it.effect("gives a pod the time of its container with the earliest timestamp, and sorts containers by name", () =>
    Effect.gen(function*() {
      yield* scrape(0, { "shop/cart/b": busy(3), "shop/cart/a": busy(1), "shop/cart/c": busy(2) })
      yield* scrape(15, { "shop/cart/b": busy(16), "shop/cart/a": busy(14), "shop/cart/c": busy(12) })
      const value = yield* pod("cart")
      assert.deepStrictEqual([value?.timestamp, value?.window], [at(12), 10_000])
      assert.deepStrictEqual(value?.containers.map(({ name }) => name), ["a", "b", "c"])
    }).pipe(Effect.provide(layer)))

  it.effect("never publishes a part of a pod: while one container starts anew the last value stands", () =>
    Effect.gen(function*() {
      yield* scrape(0, { "shop/cart/main": busy(0), "shop/cart/side": busy(0) })
      yield* scrape(15, { "shop/cart/main": busy(15), "shop/cart/side": busy(15) })
      const before = yield* pod("cart")
      yield* scrape(30, { "shop/cart/main": busy(30), "shop/cart/side": busy(30, { start: at(25), cpu: 1n }) })
      assert.strictEqual(yield* pod("cart"), before)
      yield* scrape(45, { "shop/cart/main": busy(45), "shop/cart/side": busy(45, { start: at(25), cpu: 10n ** 10n }) })
      assert.strictEqual((yield* pod("cart"))?.timestamp, at(45))
    }).pipe(Effect.provide(layer)))

  it.effect("does not publish a pod with a container of which there is no reading, nor a node without one", () =>
    Effect.gen(function*() {
      yield* scrape(0, { "shop/cart/main": busy(0), "shop/idle/main": busy(0) })
      yield* scrape(15, { "shop/cart/main": busy(15), "shop/idle/main": busy(15) })
      yield* scrape(30, {
        "shop/cart/main": busy(30),
        "shop/cart/new": { start: at(29) },
        "shop/idle/main": busy(30, { memory: 0 })
      }, { at: at(30), memory: 4096 })
      assert.strictEqual((yield* pod("cart"))?.timestamp, at(15))
      assert.strictEqual((yield* pod("idle"))?.timestamp, at(15))
      assert.strictEqual((yield* node("a"))?.timestamp, at(15))
    }).pipe(Effect.provide(layer)))

  it.effect("computes over the gap when a container was not reported for a while", () =>
    Effect.gen(function*() {
      yield* scrape(0, { "shop/cart/main": busy(0) })
      yield* scrape(15, {})
      yield* scrape(30, { "shop/cart/main": busy(30) })
      assert.strictEqual((yield* pod("cart"))?.window, 30_000)
    }).pipe(Effect.provide(layer)))

  it.effect("lets the last value stand up to the retention, then it is gone", () =>
    Effect.gen(function*() {
      yield* scrape(0, { "shop/cart/main": busy(0) })
      yield* scrape(15, { "shop/cart/main": busy(15) })
      const value = yield* pod("cart")
      yield* scrape(30, {})
      yield* TestClock.setTime(75_000)
      assert.strictEqual(yield* pod("cart"), value)
      assert.isDefined(yield* node("a"))
      yield* TestClock.setTime(75_001)
      assert.isUndefined(yield* pod("cart"))
      assert.isDefined(yield* node("a"))
      yield* TestClock.setTime(90_001)
      assert.isUndefined(yield* node("a"))
    }).pipe(Effect.provide(layer)))

  it.effect("begins anew with a container that was away for longer than the retention", () =>
    Effect.gen(function*() {
      yield* scrape(0, { "shop/cart/main": busy(0) })
      yield* scrape(15, { "shop/cart/main": busy(15) })
      yield* scrape(76, { "shop/cart/main": busy(76) })
      assert.isUndefined(yield* pod("cart"))
      yield* scrape(91, { "shop/cart/main": busy(91) })
      assert.strictEqual((yield* pod("cart"))?.window, 15_000)
    }).pipe(Effect.provide(layer)))

  it.effect("serves the same value for as long as a kubelet repeats its reading", () =>
    Effect.gen(function*() {
      const slow = { "shop/cart/main": busy(15) }
      yield* scrape(0, { "shop/cart/main": busy(0) })
      yield* scrape(15, slow)
      const value = yield* pod("cart")
      for (const seconds of [30, 45, 60, 75, 90, 105]) yield* scrape(seconds, slow)
      assert.isDefined(value)
      assert.strictEqual(yield* pod("cart"), value)
    }).pipe(Effect.provide(layer)))

  it.effect("ignores a clock that was set back, and follows it after the retention", () =>
    Effect.gen(function*() {
      const late = (seconds: number) => ({ "shop/cart/main": busy(seconds, { at: at(seconds - 1000) }) })
      yield* scrape(0, { "shop/cart/main": busy(0) })
      yield* scrape(15, { "shop/cart/main": busy(15) })
      for (const seconds of [30, 45, 60, 75]) yield* scrape(seconds, late(seconds))
      assert.strictEqual((yield* pod("cart"))?.timestamp, at(15))
      for (const seconds of [90, 105]) yield* scrape(seconds, late(seconds))
      assert.strictEqual((yield* pod("cart"))?.timestamp, at(-895))
    }).pipe(Effect.provide(layer)))

  it.effect("gives a pod that two nodes report to the one where it started later", () =>
    Effect.gen(function*() {
      const moved = (seconds: number) => ({ "shop/db-0/main": busy(seconds, { start: start + 1000 }) })
      const old = (seconds: number) => ({ "shop/db-0/main": busy(seconds) })
      yield* commit("old", 0, old(0))
      yield* commit("old", 15, old(15))
      yield* commit("new", 15, moved(15))
      assert.strictEqual((yield* pod("db-0"))?.node, "old")
      yield* commit("new", 30, moved(30))
      yield* commit("old", 30, old(30))
      assert.strictEqual((yield* pod("db-0"))?.node, "new")

      yield* TestClock.setTime(91_000)
      yield* commit("old", 91, old(91))
      yield* commit("old", 100, old(100))
      assert.strictEqual((yield* pod("db-0"))?.node, "old")
    }).pipe(Effect.provide(layer)))

  it.effect("forgets a node with all that only it published", () =>
    Effect.gen(function*() {
      const store = yield* MetricsStore
      const both = (seconds: number, of: string) => ({
        [`shop/${of}/main`]: busy(seconds),
        "shop/db-0/main": busy(seconds)
      })
      for (const seconds of [0, 15]) {
        yield* commit("a", seconds, both(seconds, "cart"))
        yield* commit("b", seconds, both(seconds, "till"))
      }
      assert.strictEqual((yield* pod("db-0"))?.node, "a")
      yield* store.forget("b")
      assert.isUndefined(yield* node("b"))
      assert.isUndefined(yield* pod("till"))
      assert.strictEqual(yield* store.depth("b"), 0)
      assert.strictEqual((yield* pod("db-0"))?.node, "a")
      assert.isDefined(yield* pod("cart"))
      assert.isDefined(yield* node("a"))
      yield* store.forget("never seen")
    }).pipe(Effect.provide(layer)))

  it.effect("publishes a pod of the other node again once its owner is forgotten", () =>
    Effect.gen(function*() {
      for (const seconds of [0, 15]) {
        yield* commit("a", seconds, { "shop/db-0/main": busy(seconds) })
        yield* commit("b", seconds, { "shop/db-0/main": busy(seconds) })
      }
      yield* MetricsStore.use((store) => store.forget("a"))
      assert.isUndefined(yield* pod("db-0"))
      yield* commit("b", 30, { "shop/db-0/main": busy(30) })
      assert.strictEqual((yield* pod("db-0"))?.node, "b")
    }).pipe(Effect.provide(layer)))

  it.effect("counts what can be served", () =>
    Effect.gen(function*() {
      const counts = MetricsStore.use((store) => store.counts)
      const two = (seconds: number) => ({ "shop/cart/main": busy(seconds), "shop/cart/side": busy(seconds) })
      yield* scrape(0, two(0))
      assert.deepStrictEqual(yield* counts, { nodes: 0, containers: 0 })
      yield* scrape(15, two(15))
      assert.deepStrictEqual(yield* counts, { nodes: 1, containers: 2 })
      yield* scrape(70, {})
      yield* TestClock.setTime(76_000)
      assert.deepStrictEqual(yield* counts, { nodes: 1, containers: 0 })
    }).pipe(Effect.provide(layer)))

  it.effect("tells how many distinct readings it has of a node, or else of its containers", () =>
    Effect.gen(function*() {
      const depth = MetricsStore.use((store) => store.depth("a"))
      assert.strictEqual(yield* depth, 0)
      yield* scrape(0, { "shop/cart/main": busy(0) }, {})
      assert.strictEqual(yield* depth, 1)
      yield* scrape(1, { "shop/cart/main": busy(0) }, {})
      assert.strictEqual(yield* depth, 1)
      yield* scrape(15, { "shop/cart/main": busy(15) }, {})
      assert.strictEqual(yield* depth, 2)
      yield* scrape(16, { "shop/cart/main": busy(16) })
      assert.strictEqual(yield* depth, 1)
      yield* scrape(30, { "shop/cart/main": busy(30) })
      assert.strictEqual(yield* depth, 2)
      yield* TestClock.setTime(91_000)
      assert.strictEqual(yield* depth, 0)
    }).pipe(Effect.provide(layer)))

  it.effect("does not publish a jump that no quantity can hold", () =>
    Effect.gen(function*() {
      yield* scrape(0, { "shop/cart/main": busy(0) })
      yield* scrape(15, { "shop/cart/main": busy(15, { cpu: 10n ** 24n }) })
      assert.isUndefined(yield* pod("cart"))
    }).pipe(Effect.provide(layer)))
})
