import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Result } from "effect"
import { Authorization, forbid } from "../../../src/serve/auth/Authorization.ts"
import { fromRaw } from "../../../src/serve/auth/HeaderLines.ts"
import * as Impersonation from "../../../src/serve/auth/Impersonation.ts"
import { ReviewError } from "../../../src/serve/auth/Review.ts"
import * as User from "../../../src/serve/auth/User.ts"
import * as RequestInfo from "../../../src/serve/RequestInfo.ts"

type Headers = ReadonlyArray<readonly [string, string]>

const info = RequestInfo.parse("GET", "/apis/metrics.k8s.io/v1/nodes", new URLSearchParams())

/** A question in short: `verb resource.group/subresource namespace/name`. */
const short = ({ group, name, namespace, resource, subresource, verb }: RequestInfo.RequestInfo) =>
  `${verb} ${resource}${group && `.${group}`}${subresource && `/${subresource}`} ${namespace && `${namespace}/`}${name}`
    .trim()

/** What becomes of a user who may do these things, and what was asked on the way. */
const resolve = Effect.fnUntraced(function*(
  headers: Headers,
  allowed: ReadonlyArray<string>,
  requestor = User.make({ name: "jane", groups: ["system:authenticated"] })
) {
  const asked: Array<string> = []
  const authorization = Authorization.of({
    authorize: (user, info) => {
      asked.push(short(info))
      return allowed.includes(short(info)) ? Effect.void : Effect.fail(forbid(user, info, ""))
    }
  })
  const outcome = yield* Impersonation.resolve(authorization, requestor, info, fromRaw(headers.flat())).pipe(
    Effect.match({ onSuccess: (user) => user, onFailure: ({ message }) => message })
  )
  return { outcome, asked }
})

const onNodes = (mode: string) => `impersonate-on:${mode}:list nodes.metrics.k8s.io`

describe("impersonation", () => {
  it.effect("without its headers a user is who they are, and nothing is asked", () =>
    Effect.gen(function*() {
      const { asked, outcome } = yield* resolve([["Accept", "*/*"]], [])
      assert.deepStrictEqual([outcome, asked], [User.make({ name: "jane", groups: ["system:authenticated"] }), []])
    }))

  it.effect("is allowed as it always was, for each thing that is said of the user", () =>
    Effect.gen(function*() {
      const { outcome } = yield* resolve(
        [
          ["impersonate-user", "bob"],
          ["Impersonate-Uid", "7"],
          ["Impersonate-Group", "devs"],
          ["impersonate-group", "ops"],
          ["Impersonate-Extra-Scopes", "a"],
          ["Impersonate-Extra-Example.com%2Fkey", "b"]
        ],
        [
          "impersonate users bob",
          "impersonate uids.authentication.k8s.io 7",
          "impersonate groups devs",
          "impersonate groups ops",
          "impersonate userextras.authentication.k8s.io/scopes a",
          "impersonate userextras.authentication.k8s.io/example.com/key b"
        ]
      )
      assert.deepStrictEqual(outcome, {
        name: "bob",
        uid: "7",
        groups: ["devs", "ops", "system:authenticated"],
        extra: { scopes: ["a"], "example.com/key": ["b"] }
      })
    }))

  it.effect("what is not in UTF-8 names nobody", () =>
    Effect.gen(function*() {
      for (const name of ["impersonate-user", "impersonate-group", "impersonate-uid", "impersonate-extra-key"]) {
        const { asked, outcome } = yield* resolve([["impersonate-user", "bob"], [name, "j\xf6rg"]], [])
        assert.deepStrictEqual([outcome, asked], ["whom to impersonate is not said in UTF-8", []])
      }
    }))

  it.effect.each([0, 1, 2, 3, 4])("one thing missing is too much (%s)", (missing) =>
    Effect.gen(function*() {
      const rights = [
        "impersonate users bob",
        "impersonate uids.authentication.k8s.io 7",
        "impersonate groups devs",
        "impersonate groups ops",
        "impersonate userextras.authentication.k8s.io/scopes a"
      ]
      const { outcome } = yield* resolve(
        [
          ["Impersonate-User", "bob"],
          ["Impersonate-Uid", "7"],
          ["Impersonate-Group", "devs"],
          ["Impersonate-Group", "ops"],
          ["Impersonate-Extra-Scopes", "a"]
        ],
        rights.toSpliced(missing, 1)
      )
      assert.isString(outcome)
    }))

  it.effect("is allowed for this request alone where the right says so", () =>
    Effect.gen(function*() {
      const rights = [onNodes("user-info"), "impersonate:user-info users.authentication.k8s.io bob"]
      const { asked, outcome } = yield* resolve([["Impersonate-User", "bob"]], rights)
      assert.deepStrictEqual(outcome, User.make({ name: "bob", groups: ["system:authenticated"] }))
      assert.deepStrictEqual(asked, rights)
      const other = yield* resolve([["Impersonate-User", "bob"]], rights.slice(1))
      assert.strictEqual(
        other.outcome,
        `nodes.metrics.k8s.io is forbidden: User "jane" cannot impersonate-on:user-info:list resource "nodes" in API ` +
          `group "metrics.k8s.io" at the cluster scope`
      )
    }))

  it.effect("the first refusal is the one that is told, though other ways were tried", () =>
    Effect.gen(function*() {
      const { asked, outcome } = yield* resolve([["Impersonate-User", "bob"]], [onNodes("user-info")])
      assert.strictEqual(
        outcome,
        `users.authentication.k8s.io "bob" is forbidden: User "jane" cannot impersonate:user-info resource "users" in ` +
          `API group "authentication.k8s.io" at the cluster scope`
      )
      assert.strictEqual(asked.at(-1), "impersonate users bob")
    }))

  it.effect.each(
    [
      ["system:masters", "impersonating the system:masters group is not allowed"],
      ["", "impersonating the empty string group is not allowed"]
    ] as const
  )("the group %j is not to be had by a right for one request", ([group, reason]) =>
    Effect.gen(function*() {
      const { outcome } = yield* resolve([["Impersonate-User", "bob"], ["Impersonate-Group", group]], [
        onNodes("user-info"),
        "impersonate:user-info users.authentication.k8s.io bob",
        `impersonate:user-info groups.authentication.k8s.io ${group}`.trim()
      ])
      assert.isTrue(String(outcome).endsWith(`at the cluster scope: ${reason}`), String(outcome))
    }))

  it.effect.each([["Scopes", "a"], ["Example.com%2Fkey", ""]] as const)(
    "nor is the extra field %s with %j",
    ([key, value]) =>
      Effect.gen(function*() {
        const { outcome } = yield* resolve([["Impersonate-User", "bob"], [`Impersonate-Extra-${key}`, value]], [
          onNodes("user-info"),
          "impersonate:user-info users.authentication.k8s.io bob",
          "impersonate:user-info userextras.authentication.k8s.io/scopes a",
          "impersonate:user-info userextras.authentication.k8s.io/example.com/key"
        ])
        assert.match(String(outcome), /is not allowed/)
      })
  )

  it.effect("a service account comes with its groups, by either way", () =>
    Effect.gen(function*() {
      const name = "system:serviceaccount:shop:cart"
      const expected = User.make({
        name,
        groups: ["system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated"]
      })
      const narrow = [
        onNodes("serviceaccount"),
        "impersonate:serviceaccount serviceaccounts.authentication.k8s.io shop/cart"
      ]
      for (const rights of [narrow, ["impersonate serviceaccounts shop/cart"]]) {
        assert.deepStrictEqual((yield* resolve([["Impersonate-User", name]], rights)).outcome, expected)
      }
      const grouped = yield* resolve([["Impersonate-User", name], ["Impersonate-Group", "devs"]], [
        ...narrow,
        "impersonate serviceaccounts shop/cart",
        "impersonate groups devs"
      ])
      assert.deepStrictEqual(grouped.outcome, User.make({ name, groups: ["devs", "system:authenticated"] }))
    }))

  it.effect("a node comes with its group, for whoever may be any node", () =>
    Effect.gen(function*() {
      const { outcome } = yield* resolve([["Impersonate-User", "system:node:worker-1"]], [
        onNodes("arbitrary-node"),
        "impersonate:arbitrary-node nodes.authentication.k8s.io worker-1"
      ])
      assert.deepStrictEqual(
        outcome,
        User.make({ name: "system:node:worker-1", groups: ["system:nodes", "system:authenticated"] })
      )
    }))

  it.effect("a service account may be the node it runs on, and no other", () =>
    Effect.gen(function*() {
      const agent = User.make({
        name: "system:serviceaccount:kube-system:agent",
        extra: { "authentication.kubernetes.io/node-name": ["worker-1"] }
      })
      const rights = [onNodes("associated-node"), "impersonate:associated-node nodes.authentication.k8s.io *"]
      const as = (name: string, requestor: User.User) =>
        Effect.map(resolve([["Impersonate-User", name]], rights, requestor), ({ outcome }) => outcome)
      assert.deepStrictEqual(
        yield* as("system:node:worker-1", agent),
        User.make({ name: "system:node:worker-1", groups: ["system:nodes", "system:authenticated"] })
      )
      assert.isString(yield* as("system:node:worker-2", agent))
      assert.isString(yield* as("system:node:worker-1", { ...agent, name: "jane" }))
      assert.isString(yield* as("system:node:worker-1", { ...agent, extra: {} }))
    }))

  it.effect("who becomes anonymous is not among the known", () =>
    Effect.gen(function*() {
      const { outcome } = yield* resolve([["Impersonate-User", "system:anonymous"]], [
        "impersonate users system:anonymous"
      ])
      assert.deepStrictEqual(outcome, User.anonymous)
    }))

  it.effect("nobody becomes anybody while nobody can be asked", () =>
    Effect.gen(function*() {
      const error = new ReviewError({ kind: "SubjectAccessReview", detail: "away", transient: true })
      const authorization = Authorization.of({ authorize: () => Effect.fail(error) })
      const headers = fromRaw(["Impersonate-User", "bob"])
      assert.strictEqual(
        yield* Effect.flip(Impersonation.resolve(authorization, User.anonymous, info, headers)),
        error
      )
    }))

  it.each([["Impersonate-Uid", "7"], ["Impersonate-Group", "devs"], ["Impersonate-Extra-Scopes", "a"]])(
    "%s without a user is a bad request",
    (name, value) => {
      const wanted = Impersonation.wantedBy(fromRaw([name, value]))
      assert.strictEqual(Result.getOrThrow(Result.flip(wanted))._tag, "BadRequest")
    }
  )

  it("of several users the first one is meant", () => {
    const wanted = Impersonation.wantedBy(fromRaw(["Impersonate-User", "bob", "impersonate-user", "admin"]))
    assert.strictEqual(Option.getOrThrow(Result.getOrThrow(wanted)).name, "bob")
  })
})
