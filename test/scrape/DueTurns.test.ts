/** Who is waited for, and until when. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import * as DueTurns from "../../src/scrape/DueTurns.ts"

const waiting = Effect.fnUntraced(function*(due: DueTurns.DueTurns) {
  const fiber = yield* Effect.forkChild(due.take)
  yield* TestClock.adjust(0)
  return fiber
})

describe("those whose turn begins", () => {
  it.effect("are waited for up to their tick", () =>
    Effect.gen(function*() {
      const due = yield* DueTurns.make(100)
      due.put("a", 1234)
      due.put("b", 1280)
      const taken = yield* waiting(due)
      yield* TestClock.adjust(1199)
      assert.isUndefined(taken.pollUnsafe())
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(yield* Fiber.join(taken), ["a", "b"])
    }))

  it.effect("are there at once when their tick has passed", () =>
    Effect.gen(function*() {
      const due = yield* DueTurns.make(100)
      due.put("a", 1234)
      yield* TestClock.adjust(5000)
      assert.deepStrictEqual(yield* due.take, ["a"])
    }))

  it.effect("need not have been known when the wait began", () =>
    Effect.gen(function*() {
      const due = yield* DueTurns.make(100)
      const first = yield* waiting(due)
      yield* TestClock.adjust(1_000_000)
      assert.isUndefined(first.pollUnsafe())
      due.put("a", 1_000_700)
      assert.deepStrictEqual(yield* Fiber.join(first), [])
      const second = yield* waiting(due)
      yield* TestClock.adjust(700)
      assert.deepStrictEqual(yield* Fiber.join(second), ["a"])
    }))

  it.effect("may be put before those who were waited for", () =>
    Effect.gen(function*() {
      const due = yield* DueTurns.make(100)
      due.put("late", 60_000)
      const first = yield* waiting(due)
      due.put("later still", 90_000)
      yield* TestClock.adjust(1)
      assert.isUndefined(first.pollUnsafe())
      due.put("early", 300)
      assert.deepStrictEqual(yield* Fiber.join(first), [])
      const second = yield* waiting(due)
      yield* TestClock.adjust(299)
      assert.deepStrictEqual(yield* Fiber.join(second), ["early"])
    }))

  it.effect("are not those who have lost their turn", () =>
    Effect.gen(function*() {
      const due = yield* DueTurns.make(100)
      due.put("a", 100)
      due.put("b", 100)
      due.delete("a")
      const taken = yield* waiting(due)
      yield* TestClock.adjust(100)
      assert.deepStrictEqual(yield* Fiber.join(taken), ["b"])
    }))
})
