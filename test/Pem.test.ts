import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import * as Pem from "../src/Pem.ts"
import * as Pki from "./fixtures/Pki.ts"

const problem = <A>(result: Result.Result<A, string | Pem.Flaw>) =>
  Result.match(result, {
    onSuccess: () => "none",
    onFailure: (it) => typeof it === "string" ? it : `${it.part}: ${it.problem}`
  })

describe("a bundle of certificates", () => {
  it.effect("is read whole, whatever stands between them", () =>
    Effect.gen(function*() {
      const [first, second] = yield* Effect.all([Pki.authority("first"), Pki.authority("second")])
      const bundle = `# ours\n${first.cert}\n\nsubject=theirs\n${second.cert}`
      const found = Result.getOrThrow(Pem.certificates(bundle))
      assert.deepStrictEqual(found.map(({ subject }) => subject), ["CN=first", "CN=second"])
    }))

  it.effect("is of no use when it breaks off, wherever that is", () =>
    Effect.gen(function*() {
      const { cert } = yield* Pki.authority("it")
      const text = cert.trim()
      for (const length of [40, 200, text.length - 1]) {
        assert.strictEqual(problem(Pem.certificates(text.slice(0, length))), "it breaks off within a certificate")
        assert.strictEqual(
          problem(Pem.certificates(`${text}\n${text.slice(0, length)}`)),
          "it breaks off within a certificate"
        )
      }
    }))

  it.each([
    ["", "it holds no certificate in PEM"],
    ["hello", "it holds no certificate in PEM"],
    ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "it holds a certificate that cannot be read"]
  ])("%j is none", (text, expected) => assert.strictEqual(problem(Pem.certificates(text)), expected))
})

describe("a pair", () => {
  it.effect("is a certificate and the key that belongs to it", () =>
    Effect.gen(function*() {
      const ca = yield* Pki.authority("it")
      const [one, other] = yield* Effect.all([ca.client({ cn: "one" }), ca.client({ cn: "other" })])
      assert.strictEqual(
        Result.getOrThrow(Pem.open({ ...one, cert: `${one.cert}\n${ca.cert}` })).certificate.subject,
        "CN=one"
      )
      assert.strictEqual(problem(Pem.open({ ...one, key: other.key })), "key: it is not the key of the certificate")
      assert.match(problem(Pem.open({ ...one, key: one.key.slice(0, 80) })), /^key: it holds no private key/)
      assert.strictEqual(
        problem(Pem.open({ ...one, cert: `${one.cert}\n${ca.cert.slice(0, 80)}` })),
        "cert: it breaks off within a certificate"
      )
    }))
})
