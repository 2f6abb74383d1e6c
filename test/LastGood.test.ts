import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger } from "effect"
import { TestClock } from "effect/testing"
import * as LastGood from "../src/LastGood.ts"

/** Something to be read, as a test says, and what is logged of it. */
const make = (first: Effect.Effect<{ readonly says: string }, Error>) => {
  let next = first
  let reads = 0
  const logs: Array<string> = []
  const logger = Logger.layer([
    Logger.make(({ logLevel, message }) => logs.push(`${logLevel}: ${message}`))
  ])
  const read = Effect.suspend(() => {
    reads++
    return next
  })
  const manner: LastGood.Manner<{ readonly says: string }> = {
    service: "it",
    replaced: ({ says }) => says === "poison" ? Effect.die("poisoned") : Effect.logInfo(`now ${says}`),
    kept: "as before"
  }
  return {
    logs,
    reads: () => reads,
    now: LastGood.make(read, manner).pipe(Effect.provide(logger)),
    follow: LastGood.follow(read, manner).pipe(Effect.provide(logger)),
    is: (it: typeof next) => {
      next = it
    }
  }
}

const says = (text: string) => Effect.sync(() => ({ says: text }))
const broken = (why: string) => Effect.fail(new Error(why))

describe("what is read again and again", () => {
  it.effect("stays the same object until it says something else", () =>
    Effect.gen(function*() {
      const it = make(says("a"))
      const first = yield* it.now
      assert.strictEqual(yield* it.now, first)
      it.is(says("b"))
      assert.deepStrictEqual(yield* it.now, { says: "b" })
      assert.deepStrictEqual(it.logs, ["Info: now b"])
    }))

  it.effect("is what it was while it is broken, and each complaint is logged once", () =>
    Effect.gen(function*() {
      const it = make(says("a"))
      const first = yield* it.now
      for (const state of [broken("half"), broken("half"), broken("gone"), Effect.die("a defect"), says("poison")]) {
        it.is(state)
        assert.strictEqual(yield* it.now, first)
      }
      it.is(says("a"))
      assert.strictEqual(yield* it.now, first)
      it.is(broken("half"))
      assert.strictEqual(yield* it.now, first)
      assert.deepStrictEqual(it.logs, [
        "Warn: half; as before",
        "Warn: gone; as before",
        "Warn: a defect; as before",
        "Warn: poisoned; as before",
        "Warn: half; as before"
      ])
    }))

  it.effect("fails as long as nothing was good", () =>
    Effect.gen(function*() {
      const it = make(broken("gone"))
      assert.strictEqual((yield* Effect.flip(it.now)).message, "gone")
      it.is(says("a"))
      assert.deepStrictEqual(yield* it.now, { says: "a" })
      assert.deepStrictEqual(it.logs, [])
    }))

  it.effect("is read when it is asked for, at most every ten seconds, and once for all who ask together", () =>
    Effect.gen(function*() {
      const it = make(says("a"))
      const current = yield* it.follow
      yield* Effect.all([current, current, current], { concurrency: "unbounded" })
      const before = it.reads()
      it.is(says("b"))
      yield* TestClock.adjust("9 seconds")
      assert.deepStrictEqual(yield* current, { says: "a" })
      assert.strictEqual(it.reads(), before)
      yield* TestClock.adjust("1 second")
      const answers = yield* Effect.all([current, current], { concurrency: "unbounded" })
      assert.deepStrictEqual(answers, [{ says: "b" }, { says: "b" }])
      assert.strictEqual(it.reads(), before + 1)
    }))

  it.effect("is read again after these ten seconds although the clock is set back meanwhile", () =>
    Effect.gen(function*() {
      const it = make(says("a"))
      yield* TestClock.setTime(86_400_000)
      const current = yield* it.follow
      yield* current
      it.is(says("b"))
      yield* TestClock.setTime(0)
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* current, { says: "b" })
    }))

  it.effect("is read again for who asks when who asked before has gone", () =>
    Effect.gen(function*() {
      const it = make(says("a"))
      const current = yield* it.follow
      it.is(Effect.never)
      yield* Effect.timeoutOption(current, "1 second").pipe(Effect.forkChild({ startImmediately: true }))
      yield* TestClock.adjust("1 second")
      it.is(says("b"))
      assert.deepStrictEqual(yield* current, { says: "b" })
    }))

  it.effect("that is broken at first is not followed", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* Effect.flip(make(broken("gone")).follow)).message, "gone")
    }))
})
