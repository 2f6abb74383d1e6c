import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import * as User from "../../src/serve/auth/User.ts"
import * as Limits from "../../src/serve/Limits.ts"

const jane = User.make({ name: "jane" })
const master = User.make({ name: "admin", groups: ["system:masters"] })
const path = "/apis/metrics.k8s.io/v1/nodes"

const two = { maxRequestsInflight: 2, requestTimeout: Duration.minutes(1) }

const verdict = (limits: Limits.Limits, user: User.User, path: string) =>
  Effect.match(limits.check(user, path), { onSuccess: () => "let in", onFailure: ({ _tag }) => _tag })

describe("limits", () => {
  it.effect("one request too many is refused, but for the privileged and for probes", () =>
    Effect.gen(function*() {
      const limits = Limits.make(two)
      const go = yield* Deferred.make<void>()
      const ask = (user: User.User, path: string) =>
        limits.within(() => Effect.andThen(verdict(limits, user, path), (it) => Effect.as(Deferred.await(go), it)))
      const started = { startImmediately: true }
      const answers = yield* Effect.forEach([1, 2], () => Effect.forkChild(ask(jane, path), started))
      const check = (user: User.User, path: string) => limits.within(() => verdict(limits, user, path))
      assert.strictEqual(yield* check(jane, path), "TooManyRequests")
      assert.strictEqual(yield* check(jane, "/livezz"), "TooManyRequests")
      assert.strictEqual(yield* check(master, path), "let in")
      for (const probe of ["/livez", "/readyz", "/healthz/ping"]) {
        assert.strictEqual(yield* check(User.anonymous, probe), "let in")
      }
      yield* Deferred.succeed(go, undefined)
      for (const answer of answers) assert.strictEqual(yield* Fiber.join(answer), "let in")
      assert.strictEqual(yield* check(jane, path), "let in")
    }))

  it.effect("a request that failed, died or was left counts no longer", () =>
    Effect.gen(function*() {
      const limits = Limits.make({ ...two, maxRequestsInflight: 1 })
      yield* Effect.exit(limits.within(() => Effect.fail("no")))
      yield* Effect.exit(limits.within(() => Effect.die("a defect")))
      const left = yield* Effect.forkChild(limits.within(() => Effect.never), { startImmediately: true })
      yield* Fiber.interrupt(left)
      assert.strictEqual(yield* limits.within(() => verdict(limits, jane, path)), "let in")
    }))

  it.effect("zero is no limit", () =>
    Effect.gen(function*() {
      const limits = Limits.make({ ...two, maxRequestsInflight: 0 })
      assert.strictEqual(yield* limits.within(() => verdict(limits, jane, path)), "let in")
    }))

  it.effect("a request ends when its time is over", () =>
    Effect.gen(function*() {
      const request = yield* Effect.forkChild(Effect.flip(Limits.make(two).within(() => Effect.never)))
      yield* TestClock.adjust("59 seconds")
      assert.isUndefined(request.pollUnsafe())
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Fiber.join(request))._tag, "Timeout")
    }))
})
