import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber } from "effect"
import { TestClock } from "effect/testing"
import * as TimeLimit from "../src/TimeLimit.ts"

/** A limit of ten seconds, and the names of those whose time was up. */
const make = Effect.gen(function*() {
  const limit = yield* TimeLimit.make(Duration.seconds(10))
  const expired: Array<string> = []
  return { expired, limit, begin: (name: string) => limit.begin(() => expired.push(name)) }
})

describe("a limit of time", () => {
  it.effect("ends what takes longer, each at its own moment and once", () =>
    Effect.gen(function*() {
      const { begin, expired } = yield* make
      begin("a")
      yield* TestClock.adjust("4 seconds")
      begin("b")
      yield* TestClock.adjust("5999 millis")
      assert.deepStrictEqual(expired, [])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(expired, ["a"])
      yield* TestClock.adjust("4 seconds")
      assert.deepStrictEqual(expired, ["a", "b"])
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(expired, ["a", "b"])
    }))

  it.effect("leaves alone what has ended by itself, and still ends what began before or after", () =>
    Effect.gen(function*() {
      const { begin, expired, limit } = yield* make
      const [a, b, c] = [begin("a"), begin("b"), begin("c")]
      limit.end(a)
      limit.end(c)
      limit.end(c)
      yield* TestClock.adjust("3 seconds")
      begin("d")
      yield* TestClock.adjust("7 seconds")
      assert.deepStrictEqual(expired, ["b"])
      limit.end(b)
      yield* TestClock.adjust("3 seconds")
      assert.deepStrictEqual(expired, ["b", "d"])
    }))

  it.effect("ends what begins after a long time in which there was nothing", () =>
    Effect.gen(function*() {
      const { begin, expired } = yield* make
      yield* TestClock.adjust("25 seconds")
      begin("a")
      yield* TestClock.adjust("9 seconds")
      assert.deepStrictEqual(expired, [])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(expired, ["a"])
    }))

  describe("of an effect", () => {
    const late = Effect.fail("too late")

    it.effect("lets through what ends before, whatever the end is", () =>
      Effect.gen(function*() {
        const { within } = yield* TimeLimit.make(Duration.seconds(10))
        assert.strictEqual(yield* within(Effect.succeed(1), late), 1)
        assert.strictEqual(yield* Effect.flip(within(Effect.fail("no"), late)), "no")
        const slow = yield* Effect.forkChild(within(Effect.as(Effect.sleep("9 seconds"), 2), late))
        yield* TestClock.adjust("9 seconds")
        assert.strictEqual(yield* Fiber.join(slow), 2)
        const died = yield* Effect.exit(within(Effect.die("a defect"), late))
        assert.isTrue(Exit.hasDies(died))
      }))

    it.effect("interrupts what takes longer, before it says so", () =>
      Effect.gen(function*() {
        const { within } = yield* TimeLimit.make(Duration.seconds(10))
        let interrupted = false
        const never = Effect.onInterrupt(Effect.never, () => Effect.sync(() => interrupted = true))
        const fiber = yield* Effect.forkChild(Effect.flip(within(never, late)))
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(yield* Fiber.join(fiber), "too late")
        assert.isTrue(interrupted)
      }))

    it.effect("is interrupted with who waits for it", () =>
      Effect.gen(function*() {
        const { within } = yield* TimeLimit.make(Duration.seconds(10))
        let interrupted = false
        const never = Effect.onInterrupt(Effect.never, () => Effect.sync(() => interrupted = true))
        const fiber = yield* Effect.forkChild(within(never, late), { startImmediately: true })
        yield* Fiber.interrupt(fiber)
        assert.isTrue(interrupted)
      }))
  })
})
