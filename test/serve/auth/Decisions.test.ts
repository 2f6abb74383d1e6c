import { assert, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"
import * as Decisions from "../../../src/serve/auth/Decisions.ts"

/** Says how often it was asked. */
const counting = Effect.gen(function*() {
  let asked = 0
  const timeToLive = () => Duration.seconds(10)
  return yield* Decisions.make(() => Effect.sync(() => ++asked), { capacity: 2, timeToLive })
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

it.effect("of too many the oldest decision is forgotten", () =>
  Effect.gen(function*() {
    const decide = yield* counting
    const decisions = yield* Effect.forEach(["a", "b", "a", "c", "b", "a"], (question) => decide(question))
    assert.deepStrictEqual(decisions, [1, 2, 1, 3, 2, 4])
  }))

it.effect("equal questions at one moment are one, and what is kept is there at once", () =>
  Effect.gen(function*() {
    let asked = 0
    const answer = yield* Deferred.make<string>()
    const decide = yield* Decisions.make(
      () => Effect.suspend(() => (asked++, Deferred.await(answer))),
      { capacity: 2, timeToLive: () => Duration.seconds(10) }
    )
    const both = yield* Effect.forkChild(Effect.all([decide("a"), decide("a")], { concurrency: 2 }), {
      startImmediately: true
    })
    yield* Deferred.succeed(answer, "yes")
    assert.deepStrictEqual(yield* Fiber.join(both), ["yes", "yes"])
    assert.strictEqual(asked, 1)
    assert.isTrue(Exit.isExit(decide("a")))
  }))

it.effect("what lasts no time is asked each time", () =>
  Effect.gen(function*() {
    let asked = 0
    const decide = yield* Decisions.make(
      () => Effect.sync(() => ++asked),
      { capacity: 2, timeToLive: () => Duration.zero }
    )
    assert.deepStrictEqual([yield* decide("a"), yield* decide("a")], [1, 2])
  }))
