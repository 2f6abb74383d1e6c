import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Duration, Effect, Exit, Fiber, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import * as BearerToken from "../../../src/serve/auth/BearerToken.ts"
import * as Reviewer from "../../fixtures/Reviewer.ts"

const jane = {
  authenticated: true,
  user: { username: "jane", uid: "7", groups: ["devs", "system:authenticated"], extra: { scopes: ["a"] } }
}

const start = Effect.fnUntraced(function*(answer: Reviewer.Answer, timeToLive = Duration.seconds(10)) {
  const reviewer = Reviewer.make(answer)
  const layer = Layer.provide(BearerToken.BearerToken.layer({ timeToLive }), reviewer.kube)
  const { userOf } = Context.get(yield* Layer.build(layer), BearerToken.BearerToken)
  const nameOf = (token: string) => Effect.map(userOf(token), (user) => Option.getOrUndefined(user)?.name)
  return { reviewer, userOf, nameOf }
})

/** Lets everything happen that happens without time passing. */
const settle = Effect.repeat(Effect.yieldNow, { times: 50 })

describe("a bearer token", () => {
  it.effect("is whose the kube-apiserver says it is", () =>
    Effect.gen(function*() {
      const { reviewer, userOf } = yield* start(Reviewer.status(jane))
      assert.deepStrictEqual(
        yield* userOf("secret"),
        Option.some({
          name: "jane",
          uid: "7",
          groups: ["devs", "system:authenticated"],
          extra: { scopes: ["a"] }
        })
      )
      assert.deepStrictEqual(reviewer.asked, [{
        path: "/apis/authentication.k8s.io/v1/tokenreviews",
        kind: "TokenReview",
        apiVersion: "authentication.k8s.io/v1",
        spec: { token: "secret" }
      }])
    }))

  it.effect.each([
    {},
    { authenticated: false, error: "unknown" },
    { user: { username: "jane" } },
    { authenticated: false, user: { username: "jane" } },
    { authenticated: true },
    { authenticated: true, user: {} }
  ])("is nobody's after %j", (status) =>
    Effect.gen(function*() {
      const { userOf } = yield* start(Reviewer.status(status))
      assert.deepStrictEqual(yield* userOf("secret"), Option.none())
    }))

  it.effect("an answer stands for its time to live, and no longer: then a revoked token is refused", () =>
    Effect.gen(function*() {
      const { nameOf, reviewer } = yield* start(Reviewer.status(jane))
      assert.strictEqual(yield* nameOf("secret"), "jane")
      reviewer.answers(Reviewer.status({ authenticated: false }))
      yield* TestClock.adjust("9999 millis")
      assert.strictEqual(yield* nameOf("secret"), "jane")
      yield* TestClock.adjust("1 millis")
      assert.isUndefined(yield* nameOf("secret"))
      reviewer.answers(Reviewer.status(jane))
      yield* TestClock.adjust("9999 millis")
      assert.isUndefined(yield* nameOf("secret"))
      assert.lengthOf(reviewer.asked, 2)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* nameOf("secret"), "jane")
    }))

  it.effect("with no time to live every request asks", () =>
    Effect.gen(function*() {
      const { nameOf, reviewer } = yield* start(Reviewer.status(jane), Duration.zero)
      yield* nameOf("secret")
      yield* nameOf("secret")
      assert.lengthOf(reviewer.asked, 2)
    }))

  it.effect("reviews of one token at one moment are one, and outlive the impatient", () =>
    Effect.gen(function*() {
      const go = yield* Deferred.make<void>()
      const { nameOf, reviewer } = yield* start(Effect.andThen(Deferred.await(go), Reviewer.status(jane)))
      const [impatient, ...others] = yield* Effect.forEach([1, 2, 3], () => Effect.forkChild(nameOf("secret")))
      const another = yield* Effect.forkChild(nameOf("other"))
      yield* settle
      yield* Fiber.interrupt(impatient!)
      yield* Deferred.succeed(go, undefined)
      for (const fiber of [...others, another]) assert.strictEqual(yield* Fiber.join(fiber), "jane")
      assert.deepStrictEqual(reviewer.asked.map(({ spec }) => spec["token"]).sort(), ["other", "secret"])
    }))

  it.effect("is asked about five times, with growing pauses, before it is given up", () =>
    Effect.gen(function*() {
      const { reviewer, userOf } = yield* start(Reviewer.away)
      const fiber = yield* Effect.forkChild(Effect.exit(userOf("secret")))
      yield* settle
      assert.lengthOf(reviewer.asked, 1)
      yield* TestClock.adjust("399 millis")
      assert.lengthOf(reviewer.asked, 1)
      yield* TestClock.adjust("9 seconds")
      assert.isTrue(Exit.isFailure(yield* Fiber.join(fiber)))
      assert.lengthOf(reviewer.asked, 5)
    }))

  it.effect.each([401, 408, 429, 500])(
    "a kube-apiserver that comes back in time was never missed: %i",
    (code) =>
      Effect.gen(function*() {
        const { nameOf, reviewer } = yield* start(Reviewer.refusal(code))
        const fiber = yield* Effect.forkChild(nameOf("secret"))
        yield* settle
        reviewer.answers(Reviewer.status(jane))
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* Fiber.join(fiber), "jane")
      })
  )

  it.effect("without an answer for ten seconds there is none, and none is kept", () =>
    Effect.gen(function*() {
      const { nameOf, reviewer, userOf } = yield* start(Effect.never)
      const fiber = yield* Effect.forkChild(Effect.flip(userOf("secret")))
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(
        (yield* Fiber.join(fiber)).message,
        "the kube-apiserver answered no TokenReview: nothing within 10 seconds"
      )
      reviewer.answers(Reviewer.status(jane))
      assert.strictEqual(yield* nameOf("secret"), "jane")
    }))

  it.effect.each(
    [
      [Reviewer.refusal(403), /HTTP status 403; bind the ClusterRole system:auth-delegator/],
      [Effect.sync(() => new Response("<html>", { status: 200 })), /check what answers in its place/],
      [Effect.sync(() => Response.json({ kind: "Other" }, { status: 201 })), /what came back is none/]
    ] as const
  )(
    "a refusal or garbage is no answer, is told once, and asked for once",
    ([answer, expected]) =>
      Effect.gen(function*() {
        const { reviewer, userOf } = yield* start(answer)
        const asking = Effect.provide(Effect.flip(userOf("very secret")), reviewer.logger)
        assert.match((yield* asking).message, expected)
        yield* asking
        assert.lengthOf(reviewer.asked, 2)
        assert.lengthOf(reviewer.logs, 1)
        assert.notInclude(JSON.stringify(reviewer.logs), "very secret")
      })
  )

  it("is what stands behind the word Bearer", () => {
    const presented = (header: string) => Option.getOrUndefined(BearerToken.presented(header))
    assert.strictEqual(presented("Bearer abc"), "abc")
    assert.strictEqual(presented(" bEARER abc "), "abc")
    assert.strictEqual(presented("Bearer abc def"), "abc")
    for (const header of ["", "Bearer", "Bearer ", "Bearer  abc", "Basic abc", "Bearerabc", "abc"]) {
      assert.isUndefined(presented(header), header)
    }
  })
})
