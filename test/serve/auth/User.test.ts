import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Result } from "effect"
import * as CertificateAuthority from "../../../src/serve/auth/CertificateAuthority.ts"
import * as ClientCertificate from "../../../src/serve/auth/ClientCertificate.ts"
import { fromRaw } from "../../../src/serve/auth/HeaderLines.ts"
import * as RequestHeader from "../../../src/serve/auth/RequestHeader.ts"
import * as User from "../../../src/serve/auth/User.ts"
import { issue } from "../../fixtures/Certificates.ts"
import { onTheWire } from "../../fixtures/HttpsClient.ts"

describe("a user", () => {
  it.each([
    ["jane", ["devs"], ["devs", "system:authenticated"]],
    ["jane", ["system:authenticated"], ["system:authenticated"]],
    ["jane", ["system:unauthenticated"], ["system:unauthenticated"]],
    ["system:anonymous", [], []]
  ])("%s in %j is, once believed, in %j", (name, groups, expected) => {
    assert.deepStrictEqual(User.authenticated(User.make({ name, groups })).groups, expected)
  })
})

describe("by a client certificate", () => {
  it.effect("the last common name is the user, every organization a group", () =>
    Effect.gen(function*() {
      const { certificate } = yield* issue({ cn: ["first", "jane"], o: ["devs", "a,b+c\nO=d"], uid: "42" })
      const { extra, groups, name, uid } = Option.getOrThrow(ClientCertificate.userOf(certificate))
      assert.deepStrictEqual({ name, groups, uid }, { name: "jane", groups: ["devs", "a,b+c\nO=d"], uid: "42" })
      assert.match(extra["authentication.kubernetes.io/credential-id"]?.join() ?? "", /^X509SHA256=[0-9a-f]{64}$/)
    }))

  it.effect("without a common name there is no user", () =>
    Effect.gen(function*() {
      const { certificate } = yield* issue({ o: ["system:masters"] })
      assert.deepStrictEqual(ClientCertificate.userOf(certificate), Option.none())
    }))
})

const headerNames: RequestHeader.HeaderNames = {
  usernameHeaders: ["X-Remote-User", "X-Other-User"],
  uidHeaders: ["X-Remote-Uid"],
  groupHeaders: ["X-Remote-Group", "x-other-group"],
  extraHeaderPrefixes: ["X-Remote-Extra-"]
}

const userOf = (...pairs: ReadonlyArray<readonly [string, string]>) =>
  Option.getOrUndefined(RequestHeader.userOf(headerNames, fromRaw(pairs.flat())))

describe("by a front proxy's headers", () => {
  it("names are of any case, groups and extra may have several lines", () => {
    assert.deepStrictEqual(
      userOf(
        ["X-REMOTE-USER", "alice"],
        ["x-remote-group", "a"],
        ["X-Remote-Group", "b, c"],
        ["X-Other-Group", "d"],
        ["X-Remote-Group", ""],
        ["X-Remote-Uid", "7"],
        ["X-Remote-Extra-Scopes", "one"],
        ["x-remote-extra-scopes", "two"],
        ["X-Remote-Extra-Example.com%2fKey", "three"],
        ["X-Remote-Extra-Bad%zz", "four"]
      ),
      {
        name: "alice",
        uid: "7",
        groups: ["a", "b, c", "d"],
        extra: { scopes: ["one", "two"], "example.com/key": ["three"], "bad%zz": ["four"] }
      }
    )
  })

  it("of several names the first one counts, and of several headers the first that says one", () => {
    assert.strictEqual(userOf(["x-remote-user", "alice"], ["x-remote-user", "mallory"])?.name, "alice")
    assert.strictEqual(userOf(["x-other-user", "bob"], ["x-remote-user", "alice"])?.name, "alice")
    assert.strictEqual(userOf(["x-other-user", "bob"], ["x-remote-user", ""])?.name, "bob")
  })

  it("the same user is the same object, whatever else a request says; who differs in one line is another", () => {
    const alice = [["x-remote-user", "alice"], ["x-remote-group", "a"], ["x-remote-extra-key", "b"]] as const
    assert.strictEqual(userOf(["accept", "text/plain"], ...alice), userOf(...alice, ["audit-id", "1"]))
    for (const line of [["x-remote-group", "b"], ["x-remote-uid", "7"], ["x-remote-extra-other", "b"]] as const) {
      assert.notDeepEqual(userOf(...alice, line), userOf(...alice))
    }
  })

  it("a line break in one does not make another of it", () => {
    assert.isUndefined(userOf(["x-remote-user", "alice\nx-remote-group\nsystem:masters"]))
    assert.isUndefined(userOf(["x-remote-user", "alice"], ["x-remote-extra-key", "a\nx-remote-group\nsystem:masters"]))
  })

  it("they are in UTF-8, to the letter", () => {
    const user = userOf(
      ["x-remote-user", onTheWire("jörg")],
      ["x-remote-group", onTheWire("Бухгалтерия")],
      ["x-remote-group", onTheWire("\u{feff}devs")],
      ["x-remote-uid", onTheWire("🐙")],
      ["x-remote-extra-%E5%90%8D", onTheWire("名")]
    )
    assert.deepStrictEqual(
      [user?.name, user?.groups, user?.uid, user?.extra],
      ["jörg", ["Бухгалтерия", "\u{feff}devs"], "🐙", { 名: ["名"] }]
    )
  })

  it.each(["j\xf6rg", "j\xc3", "\xc0\xaf", "\xed\xa0\x80"])(
    "who has %j, which is no UTF-8, in any of them is nobody, and so is mistaken for nobody",
    (bytes) => {
      assert.isUndefined(userOf(["x-remote-user", bytes]))
      assert.isUndefined(userOf(["x-remote-user", "alice"], ["x-remote-group", bytes]))
      assert.isUndefined(userOf(["x-remote-user", "alice"], ["x-remote-extra-key", bytes]))
      assert.strictEqual(userOf(["x-remote-user", "alice"], ["user-agent", bytes])?.name, "alice")
    }
  )

  it("without a name they say nothing", () => {
    assert.isUndefined(userOf(["x-remote-group", "system:masters"]))
    assert.isUndefined(userOf(["x-remote-user", ""], ["x-remote-group", "system:masters"]))
  })

  it.effect("they are believed of an allowed name of the right authority alone", () =>
    Effect.gen(function*() {
      const [ca, other] = yield* Effect.all([issue({ cn: "ca", ca: true }), issue({ cn: "ca", ca: true })])
      const authority = Result.getOrThrow(CertificateAuthority.parse(ca.cert))
      const now = Date.parse("2026-11-23T12:00:00Z")
      const headers = fromRaw(["X-Remote-User", "alice"])
      const nameBy = Effect.fnUntraced(function*(
        certificate: Parameters<typeof issue>[0],
        allowedNames: ReadonlyArray<string> = ["front-proxy"]
      ) {
        const chain = [(yield* issue(certificate)).certificate]
        const user = Result.getOrUndefined(
          RequestHeader.authenticate({ headerNames, authority, allowedNames }, chain, headers, now)
        )
        return user === undefined ? "refused" : Option.getOrThrow(user).name
      })
      assert.strictEqual(yield* nameBy({ cn: "front-proxy", by: ca }), "alice")
      assert.strictEqual(yield* nameBy({ cn: "somebody", by: ca }), "refused")
      assert.strictEqual(yield* nameBy({ cn: "somebody", by: ca }, []), "alice")
      assert.strictEqual(yield* nameBy({ o: ["front-proxy"], by: ca }), "refused")
      assert.strictEqual(yield* nameBy({ cn: "front-proxy", by: other }), "refused")
      assert.strictEqual(yield* nameBy({ cn: "front-proxy" }, []), "refused")
      assert.strictEqual(yield* nameBy({ cn: "front-proxy", by: ca, notAfter: new Date(now - 1) }), "refused")
    }))
})
