import { assert, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { TestClock } from "effect/testing"
import * as Decisions from "../../../src/serve/auth/Decisions.ts"

/** Says how often it was asked. */
const counting = Effect.gen(function*() {
  let asked = 0
  const timeToLive = () => Duration.seconds(10)
  return yield* Decisions.make(() => Effect.sync(() => ++asked), { capacity: 10, timeToLive })
})

it.effect("a decision stands for its time, and then is made again", () =>
  Effect.gen(function*() {
    const decide = yield* counting
    assert.strictEqual(yield* decide("a"), 1)
    yield* TestClock.adjust("9 seconds")
    assert.strictEqual(yield* decide("a"), 1)
    yield* TestClock.adjust("2 seconds")
    assert.strictEqual(yield* decide("a"), 2)
  }))

it.effect("a decision stands no longer when the wall clock is set back", () =>
  Effect.gen(function*() {
    const decide = yield* counting
    yield* TestClock.setTime(3_600_000)
    assert.strictEqual(yield* decide("a"), 1)
    yield* TestClock.setTime(0)
    yield* TestClock.adjust("9 seconds")
    assert.strictEqual(yield* decide("a"), 1)
    yield* TestClock.adjust("2 seconds")
    assert.strictEqual(yield* decide("a"), 2)
    yield* TestClock.adjust("9 seconds")
    assert.strictEqual(yield* decide("a"), 2)
  }))
