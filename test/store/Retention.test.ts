import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { MetricsStore } from "../../src/store/MetricsStore.ts"
import { at, busy, commit, layer, node, pod, scrape, start } from "../fixtures/Scrapes.ts"

describe("MetricsStore, as time goes by", () => {
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
      assert.deepStrictEqual(yield* pod("cart"), value)
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
      assert.deepStrictEqual(yield* pod("cart"), value)
    }).pipe(Effect.provide(layer)))

  it.effect.each([-7, -20, -1000, 31, 1000])(
    "goes by the new time of a node whose clock is set by %d s from its second reading on",
    (by) =>
      Effect.gen(function*() {
        const read = (seconds: number, ahead: number) => {
          const reading = busy(seconds, { at: at(seconds + ahead) })
          return scrape(seconds, { "shop/cart/main": reading }, reading)
        }
        yield* read(0, 0)
        yield* read(20, 0)
        yield* read(35, by)
        // That a clock was set by less than two resolutions cannot be told, unless it goes back.
        const told = by < -15 || by > 30
        assert.strictEqual((yield* node("a"))?.timestamp, told ? at(20) : at(35 + by))
        yield* read(50, by)
        for (const served of [yield* node("a"), yield* pod("cart")]) {
          assert.strictEqual(served?.timestamp, at(50 + by))
          assert.strictEqual(served?.window, 15_000)
        }
      }).pipe(Effect.provide(layer))
  )

  it.effect("does not take a kubelet that repeated itself, or was away, for one whose clock was set", () =>
    Effect.gen(function*() {
      yield* scrape(0, {})
      yield* scrape(15, {})
      for (const seconds of [30, 45, 60, 75, 90]) yield* scrape(seconds, {}, busy(15))
      yield* scrape(105, {})
      assert.strictEqual((yield* node("a"))?.window, 90_000)
      yield* scrape(160, {})
      assert.strictEqual((yield* node("a"))?.window, 55_000)
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

  it.effect("gives up what it has of a pod whose node reports none of its containers any more, but others", () =>
    Effect.gen(function*() {
      for (const seconds of [0, 15]) {
        yield* commit("a", seconds, { "shop/db-0/old": busy(seconds), "shop/db-0/side": busy(seconds) })
      }
      const value = yield* pod("db-0")
      yield* commit("b", 20, { "shop/db-0/new": busy(20, { start: at(19) }) })
      yield* commit("a", 30, { "shop/db-0/new": busy(30, { start: at(29) }), "shop/db-0/side": busy(30) })
      yield* commit("a", 45, {})
      assert.isDefined(value)
      assert.deepStrictEqual(yield* pod("db-0"), value)
      yield* commit("a", 60, { "shop/db-0/new": busy(60, { start: at(59) }) })
      assert.isUndefined(yield* pod("db-0"))
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
})
