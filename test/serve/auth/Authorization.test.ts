import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Duration, Effect, Exit, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Authorization } from "../../../src/serve/auth/Authorization.ts"
import * as User from "../../../src/serve/auth/User.ts"
import * as RequestInfo from "../../../src/serve/RequestInfo.ts"
import { fromError } from "../../../src/serve/Status.ts"
import * as Reviewer from "../../fixtures/Reviewer.ts"
import { settle } from "../../fixtures/ScriptedServer.ts"

const start = Effect.fnUntraced(function*(answer: Reviewer.Answer, paths = ["/healthz", "/readyz", "/livez"]) {
  const reviewer = Reviewer.make(answer)
  const layer = Authorization.layer({
    alwaysAllowPaths: paths,
    allowedTimeToLive: Duration.seconds(10),
    deniedTimeToLive: Duration.seconds(5)
  })
  const { authorize } = Context.get(yield* Layer.build(Layer.provide(layer, reviewer.kube)), Authorization)
  const may = (user: User.User, info: RequestInfo.RequestInfo) =>
    Effect.match(authorize(user, info), { onSuccess: () => "yes", onFailure: (error) => error.message })
  return { reviewer, authorize, may }
})

const info = (path: string, method = "GET") => {
  const [pathname = "", query] = path.split("?")
  return RequestInfo.parse(method, pathname, new URLSearchParams(query))
}

const nodes = info("/apis/metrics.k8s.io/v1/nodes")
const jane = User.make({ name: "jane", groups: ["devs"] })
const yes = Reviewer.status({ allowed: true })
const no = Reviewer.status({ allowed: false })

describe("what a user may do", () => {
  it.effect("is there at once when it was asked before, by whichever of two users", () =>
    Effect.gen(function*() {
      const { authorize, reviewer } = yield* start(yes)
      const users = [jane, User.make({ name: "bob" })]
      for (const user of users) yield* authorize(user, nodes)
      for (const user of [...users, ...users]) assert.isTrue(Exit.isExit(authorize(user, nodes)))
      assert.lengthOf(reviewer.asked, 2)
    }))

  it.effect("is what the kube-apiserver says, asked in its own words", () =>
    Effect.gen(function*() {
      const { may, reviewer } = yield* start(yes)
      const user = User.make({ name: "jane", uid: "7", groups: ["a", "b"], extra: { scopes: ["x"] } })
      assert.strictEqual(yield* may(user, info("/apis/metrics.k8s.io/v1/namespaces/shop/pods/cart")), "yes")
      assert.strictEqual(yield* may(User.make({ name: "bob" }), info("/metrics", "POST")), "yes")
      assert.deepStrictEqual(reviewer.asked, [
        {
          path: "/apis/authorization.k8s.io/v1/subjectaccessreviews",
          kind: "SubjectAccessReview",
          apiVersion: "authorization.k8s.io/v1",
          spec: {
            resourceAttributes: {
              namespace: "shop",
              verb: "get",
              group: "metrics.k8s.io",
              version: "v1",
              resource: "pods",
              name: "cart"
            },
            user: "jane",
            uid: "7",
            groups: ["a", "b"],
            extra: { scopes: ["x"] }
          }
        },
        {
          path: "/apis/authorization.k8s.io/v1/subjectaccessreviews",
          kind: "SubjectAccessReview",
          apiVersion: "authorization.k8s.io/v1",
          spec: { nonResourceAttributes: { path: "/metrics", verb: "post" }, user: "bob" }
        }
      ])
    }))

  it.effect.each(
    [
      [
        "/apis/metrics.k8s.io/v1/nodes",
        `nodes.metrics.k8s.io is forbidden: User "jane" cannot list resource "nodes" in API group "metrics.k8s.io" at the cluster scope`,
        { group: "metrics.k8s.io", kind: "nodes" }
      ],
      [
        "/apis/metrics.k8s.io/v1/namespaces/shop/pods/cart/log",
        `pods.metrics.k8s.io "cart" is forbidden: User "jane" cannot get resource "pods/log" in API group "metrics.k8s.io" in the namespace "shop"`,
        { name: "cart", group: "metrics.k8s.io", kind: "pods" }
      ],
      [
        "/api/v1/nodes?watch=1",
        `nodes is forbidden: User "jane" cannot watch resource "nodes" in API group "" at the cluster scope`,
        { kind: "nodes" }
      ],
      ["/a<b>&c", `forbidden: User "jane" cannot get path "/a&lt;b&gt;&amp;c"`, {}]
    ] as const
  )("%s is refused with the kube-apiserver's words", ([path, message, details]) =>
    Effect.gen(function*() {
      const { authorize } = yield* start(no)
      const error = yield* Effect.flip(authorize(jane, info(path)))
      assert.strictEqual(error.message, message)
      assert.strictEqual(error._tag, "Forbidden")
      if (error._tag === "Forbidden") {
        const { code, details: found, reason } = fromError(error)
        assert.deepStrictEqual({ code, details: found, reason }, { code: 403, details, reason: "Forbidden" })
      }
    }))

  it.effect("a reason that the authorizer gives is passed on", () =>
    Effect.gen(function*() {
      const { may } = yield* start(Reviewer.status({ allowed: false, reason: "not on Sundays" }))
      assert.match(yield* may(jane, nodes), /at the cluster scope: not on Sundays$/)
    }))

  it.effect("who says yes and no at once has said no", () =>
    Effect.gen(function*() {
      const { may } = yield* start(Reviewer.status({ allowed: true, denied: true }))
      assert.notStrictEqual(yield* may(jane, nodes), "yes")
    }))

  it.effect("a yes and a no stand for their times, and no longer: then a right that was taken is gone", () =>
    Effect.gen(function*() {
      const { may, reviewer } = yield* start(yes)
      assert.strictEqual(yield* may(jane, nodes), "yes")
      reviewer.answers(no)
      yield* TestClock.adjust("9999 millis")
      assert.strictEqual(yield* may(jane, nodes), "yes")
      yield* TestClock.adjust("1 millis")
      assert.notStrictEqual(yield* may(jane, nodes), "yes")
      reviewer.answers(yes)
      yield* TestClock.adjust("4999 millis")
      assert.notStrictEqual(yield* may(jane, nodes), "yes")
      assert.lengthOf(reviewer.asked, 2)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* may(jane, nodes), "yes")
    }))

  it.effect("equal questions at one moment are one, and different ones are not", () =>
    Effect.gen(function*() {
      const go = yield* Deferred.make<void>()
      const { may, reviewer } = yield* start(Effect.andThen(Deferred.await(go), yes))
      const fibers = yield* Effect.forEach(
        [jane, jane, User.make({ name: "jane" }), User.make({ name: "jane", groups: ["devs"], uid: "7" })],
        (user) => Effect.forkChild(may(user, nodes))
      )
      yield* settle
      yield* Deferred.succeed(go, undefined)
      for (const fiber of fibers) assert.strictEqual(yield* Fiber.join(fiber), "yes")
      assert.lengthOf(reviewer.asked, 3)
    }))

  it.effect("without an answer it is nothing, and nothing is kept", () =>
    Effect.gen(function*() {
      const { may, reviewer } = yield* start(Reviewer.away)
      const fiber = yield* Effect.forkChild(may(jane, nodes))
      yield* TestClock.adjust("10 seconds")
      assert.match(yield* Fiber.join(fiber), /^the kube-apiserver answered no SubjectAccessReview: /)
      reviewer.answers(yes)
      assert.strictEqual(yield* may(jane, nodes), "yes")
    }))

  it.effect("everything, for who is privileged, and for everybody what is always allowed: nobody is asked", () =>
    Effect.gen(function*() {
      const { may, reviewer } = yield* start(Reviewer.away, ["/livez", "open", "/tree/*"])
      const master = User.make({ name: "system:kube-aggregator", groups: ["system:masters"] })
      assert.strictEqual(yield* may(master, nodes), "yes")
      for (const path of ["/livez", "/open", "/tree/", "/tree/branch"]) {
        assert.strictEqual(yield* may(User.anonymous, info(path)), "yes", path)
      }
      assert.lengthOf(reviewer.asked, 0)
    }))

  it.effect("a path that only looks like an allowed one is asked about", () =>
    Effect.gen(function*() {
      const { may, reviewer } = yield* start(no, ["/livez", "/apis/metrics.k8s.io/*"])
      const paths = ["/livez/ping", "//livez", "/LIVEZ", "/livez/", "/apis/metrics.k8s.io/v1/nodes"]
      for (const path of paths) assert.notStrictEqual(yield* may(User.anonymous, info(path)), "yes", path)
      assert.lengthOf(reviewer.asked, paths.length)
    }))

  it.effect("what is very long is not kept", () =>
    Effect.gen(function*() {
      const { may, reviewer } = yield* start(yes)
      const long = info(`/${"x".repeat(10_000)}`)
      yield* may(jane, long)
      yield* may(jane, long)
      assert.lengthOf(reviewer.asked, 2)
    }))
})
