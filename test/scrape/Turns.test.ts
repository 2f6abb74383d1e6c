/** One turn of a node at a time. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Scope } from "effect"
import * as Turns from "../../src/scrape/Turns.ts"

/** A turn that lasts until it is let go, and what becomes of it. */
const turn = Effect.gen(function*() {
  const go = yield* Deferred.make<void>()
  const ended = yield* Deferred.make<string>()
  const effect = Effect.onExit(
    Deferred.await(go),
    (exit) => Deferred.succeed(ended, Exit.isSuccess(exit) ? "done" : "interrupted")
  )
  return { effect, go: Deferred.succeed(go, undefined), ended: Deferred.await(ended) }
})

describe("the turns of nodes", () => {
  it.effect("begin at once, and end by themselves", () =>
    Effect.gen(function*() {
      const turns = yield* Turns.make
      let begun = false
      yield* turns.run("a", Effect.sync(() => begun = true))
      assert.isTrue(begun)
      const first = yield* turn
      yield* turns.run("a", first.effect)
      yield* first.go
      assert.strictEqual(yield* first.ended, "done")
    }))

  it.effect("are one of each node: the next interrupts the one before, and none of another node", () =>
    Effect.gen(function*() {
      const turns = yield* Turns.make
      const [first, second, other] = [yield* turn, yield* turn, yield* turn]
      yield* turns.run("a", first.effect)
      yield* turns.run("b", other.effect)
      yield* turns.run("a", second.effect)
      assert.strictEqual(yield* first.ended, "interrupted")
      yield* second.go
      yield* other.go
      assert.deepStrictEqual([yield* second.ended, yield* other.ended], ["done", "done"])
    }))

  it.effect("end with their node, which is waited for", () =>
    Effect.gen(function*() {
      const turns = yield* Turns.make
      const { effect } = yield* turn
      let ended = false
      yield* turns.run("a", Effect.ensuring(effect, Effect.sync(() => ended = true)))
      yield* turns.end("a")
      assert.isTrue(ended)
      yield* turns.end("a")
      yield* turns.end("nobody")
    }))

  it.effect("end with the scope", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const turns = yield* Scope.provide(Turns.make, scope)
      const [a, b] = [yield* turn, yield* turn]
      yield* turns.run("a", a.effect)
      yield* turns.run("b", b.effect)
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual([yield* a.ended, yield* b.ended], ["interrupted", "interrupted"])
    }))
})
