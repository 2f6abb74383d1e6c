import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
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

  it.effect("goes on when one cannot be told that its time is up", () =>
    Effect.gen(function*() {
      const { begin, expired, limit } = yield* make
      limit.begin(() => {
        throw new Error("a defect")
      })
      begin("a")
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(expired, ["a"])
    }))
})
