import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { MetricsStore } from "../../src/store/MetricsStore.ts"
import { isGone } from "../fixtures/Garbage.ts"
import { at, busy, halfACore, layer, node, pod, scrape } from "../fixtures/Scrapes.ts"

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
      assert.isUndefined((yield* MetricsStore).snapshot().pod("other", "cart"))
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
      assert.deepStrictEqual(yield* pod("cart"), before)
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

  it.effect("knows whether any usage says swap", () =>
    Effect.gen(function*() {
      const hasSwap = MetricsStore.useSync((store) => store.snapshot().hasSwap)
      for (const seconds of [0, 15]) yield* scrape(seconds, { "shop/cart/main": busy(seconds) })
      assert.isFalse(yield* hasSwap)
      for (const seconds of [30, 45]) yield* scrape(seconds, {}, busy(seconds, { swap: 7 }))
      assert.isTrue(yield* hasSwap)
    }).pipe(Effect.provide(layer)))

  it.effect("releases what it has of a pod that is gone", () =>
    Effect.gen(function*() {
      const entry = Effect.map(
        MetricsStore,
        (store) => new WeakRef(store.snapshot().pod("shop", "cart") ?? assert.fail("nothing is served of it"))
      )
      for (const seconds of [0, 15]) yield* scrape(seconds, { "shop/cart/main": busy(seconds) })
      const gone = yield* entry
      yield* scrape(76, {})
      assert.isTrue(yield* Effect.promise(() => isGone(gone)))
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
