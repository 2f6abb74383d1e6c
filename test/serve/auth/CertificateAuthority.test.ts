import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import { type KeyObject, X509Certificate } from "node:crypto"
import * as CertificateAuthority from "../../../src/serve/auth/CertificateAuthority.ts"
import { type Holder, issue, usage } from "../../fixtures/Certificates.ts"

const now = Date.parse("2026-11-23T12:00:00Z")
const past = new Date("2026-01-01T00:00:00Z")
const future = new Date("2027-01-01T00:00:00Z")

const read = (...pems: ReadonlyArray<string>) => Result.getOrThrow(CertificateAuthority.parse(pems.join("")))

const verdict = (authorities: ReadonlyArray<Holder>, chain: ReadonlyArray<Holder>, at = now) =>
  Result.match(
    read(...authorities.map(({ cert }) => cert)).verify(chain.map(({ certificate }) => certificate), at),
    { onSuccess: () => "good", onFailure: (problem) => problem }
  )

/** The same certificates, and how many of their signatures were checked. */
const counted = (chain: ReadonlyArray<Holder>) => {
  let checks = 0
  const certificates = chain.map(({ cert }) => {
    const certificate = new X509Certificate(cert)
    return Object.assign(certificate, {
      verify: (key: KeyObject) => {
        checks++
        return X509Certificate.prototype.verify.call(certificate, key)
      }
    })
  })
  return { certificates, checks: () => checks }
}

/** What becomes of a chain, and after how many checks. */
const judge = (authorities: ReadonlyArray<Holder>, chain: ReadonlyArray<Holder>) => {
  const { certificates, checks } = counted(chain)
  const verdict = Result.isSuccess(read(...authorities.map(({ cert }) => cert)).verify(certificates, now))
  return { verdict: verdict ? "good" : "bad", checks: checks() }
}

const stranger = "the certificate is not signed by a known authority"

describe("an authority of client certificates", () => {
  it.effect("believes what it signed, and nobody's signature but its own", () =>
    Effect.gen(function*() {
      const ours = yield* issue({ cn: "ca", ca: true })
      const namesake = yield* issue({ cn: "ca", ca: true })
      const client = yield* issue({ cn: "jane", by: ours })
      assert.strictEqual(verdict([ours], [client]), "good")
      assert.strictEqual(verdict([namesake], [client]), stranger)
      assert.strictEqual(verdict([namesake, ours], [client]), "good")
      assert.strictEqual(verdict([ours], [yield* issue({ cn: "jane" })]), stranger)
      assert.strictEqual(verdict([ours], []), "there is no certificate")
    }))

  it.effect("believes a certificate that it lists itself", () =>
    Effect.gen(function*() {
      const pinned = yield* issue({ cn: "jane" })
      assert.strictEqual(verdict([pinned], [pinned]), "good")
    }))

  it.effect("a validity begins and ends, also for a connection that stays open", () =>
    Effect.gen(function*() {
      const ca = yield* issue({ cn: "ca", ca: true })
      const client = yield* issue({ cn: "jane", by: ca, notBefore: past, notAfter: future })
      const authority = read(ca.cert)
      const at = (time: Date) => Result.isSuccess(authority.verify([client.certificate], time.getTime()))
      assert.isFalse(at(new Date(past.getTime() - 1)))
      assert.isTrue(at(past))
      assert.isTrue(at(future))
      assert.isFalse(at(new Date(future.getTime() + 1)))
      assert.strictEqual(
        verdict([ca], [client], future.getTime() + 1000),
        "the certificate expired at 2027-01-01T00:00:00.000Z"
      )
      assert.strictEqual(
        verdict([ca], [client], past.getTime() - 1),
        "the certificate is not valid before 2026-01-01T00:00:00.000Z"
      )
    }))

  it.effect("an expired authority vouches for nobody", () =>
    Effect.gen(function*() {
      const ca = yield* issue({ cn: "ca", ca: true, notAfter: past })
      assert.strictEqual(verdict([ca], [yield* issue({ cn: "jane", by: ca })]), stranger)
    }))

  it.effect("a chain leads to it through what the client sent along, in any order", () =>
    Effect.gen(function*() {
      const root = yield* issue({ cn: "root", ca: true })
      const middle = yield* issue({ cn: "middle", ca: true, by: root })
      const last = yield* issue({ cn: "last", ca: true, by: middle })
      const client = yield* issue({ cn: "jane", by: last })
      assert.strictEqual(verdict([root], [client, last, middle]), "good")
      assert.strictEqual(verdict([root], [client, middle, last]), "good")
      assert.strictEqual(verdict([middle], [client, last]), "good")
      assert.strictEqual(verdict([root], [client, last]), stranger)
      const late = yield* issue({ cn: "middle", ca: true, by: root, notAfter: past })
      assert.strictEqual(verdict([root], [yield* issue({ cn: "jane", by: late }), late]), stranger)
    }))

  it.effect("who is no authority signs nothing, and none signs below its limit", () =>
    Effect.gen(function*() {
      const root = yield* issue({ cn: "root", ca: { pathLength: 0 } })
      const jane = yield* issue({ cn: "jane", by: root })
      assert.strictEqual(verdict([root], [jane]), "good")
      assert.strictEqual(verdict([root], [yield* issue({ cn: "admin", by: jane }), jane]), stranger)
      const middle = yield* issue({ cn: "middle", ca: true, by: root })
      assert.strictEqual(verdict([root], [yield* issue({ cn: "jane", by: middle }), middle]), stranger)
    }))

  it.effect("a certificate for servers alone is not for clients", () =>
    Effect.gen(function*() {
      const ca = yield* issue({ cn: "ca", ca: true })
      const withUsages = (...usages: ReadonlyArray<string>) => issue({ cn: "jane", by: ca, usages })
      assert.strictEqual(verdict([ca], [yield* withUsages(usage.serverAuth)]), "the certificate is not for clients")
      assert.strictEqual(verdict([ca], [yield* withUsages(usage.serverAuth, usage.clientAuth)]), "good")
      assert.strictEqual(verdict([ca], [yield* withUsages(usage.any)]), "good")
    }))

  it.effect("what a certificate demands and we do not know makes it worthless", () =>
    Effect.gen(function*() {
      const ca = yield* issue({ cn: "ca", ca: true })
      const demand = (critical: boolean) => issue({ cn: "jane", by: ca, unknown: { critical } })
      assert.strictEqual(verdict([ca], [yield* demand(true)]), stranger)
      assert.strictEqual(verdict([ca], [yield* demand(false)]), "good")
    }))

  it.effect("a chain without end ends", () =>
    Effect.gen(function*() {
      const a = yield* issue({ cn: "a", ca: true })
      const b = yield* issue({ cn: "b", ca: true, by: a })
      const again = yield* issue({ cn: "a", ca: true, by: b })
      const client = yield* issue({ cn: "jane", by: b })
      assert.strictEqual(verdict([yield* issue({ cn: "root", ca: true })], [client, b, again, a]), stranger)
    }))

  it.effect("keys of strangers check nothing, however many certificates of theirs sign each other", () =>
    Effect.gen(function*() {
      const root = yield* issue({ cn: "root", ca: true })
      const evil = yield* issue({ cn: "evil", ca: true })
      const evils = yield* Effect.all(Array.from({ length: 7 }, () => issue({ cn: "evil", ca: true, keysOf: evil })))
      const client = yield* issue({ cn: "jane", by: evil })
      assert.deepStrictEqual(judge([root], [client, ...evils]), { verdict: "bad", checks: 0 })
      const namesake = yield* issue({ cn: "root", ca: true })
      const namesakes = yield* Effect.all(
        Array.from({ length: 20 }, () => issue({ cn: "root", ca: true, keysOf: namesake }))
      )
      const chain = [yield* issue({ cn: "jane", by: namesake }), ...namesakes]
      assert.deepStrictEqual(judge([root], chain), { verdict: "bad", checks: CertificateAuthority.longest })
    }))

  it.effect("a chain is given up after some checks, whoever signed it, and found when it is in order", () =>
    Effect.gen(function*() {
      const roots = yield* Effect.all(Array.from({ length: 5 }, () => issue({ cn: "root", ca: true })))
      const [root] = roots
      const middle = yield* issue({ cn: "middle", ca: true, by: root! })
      const others = yield* Effect.all(
        Array.from({ length: 6 }, () => issue({ cn: "root", ca: true, by: root! }))
      )
      const client = yield* issue({ cn: "jane", by: middle })
      assert.deepStrictEqual(judge([root!], [client, middle]), { verdict: "good", checks: 2 })
      assert.deepStrictEqual(judge(roots.toReversed(), [client, middle]), { verdict: "good", checks: 6 })
      assert.deepStrictEqual(judge([root!], [client, root!, middle]), { verdict: "good", checks: 3 })
      const forged = yield* issue({ cn: "jane", by: yield* issue({ cn: "root", ca: true }) })
      assert.deepStrictEqual(judge([root!], [forged, ...others]), {
        verdict: "bad",
        checks: CertificateAuthority.mostChecks
      })
    }))

  it.effect("a verdict is remembered for as long as it cannot change", () =>
    Effect.gen(function*() {
      const root = yield* issue({ cn: "root", ca: true })
      const early = yield* issue({ cn: "root", ca: true, keysOf: root, notBefore: future })
      const { certificates, checks } = counted([yield* issue({ cn: "jane", by: root })])
      const authority = read(early.cert)
      const at = (time: number) => Result.isSuccess(authority.verify(certificates, time))
      assert.deepStrictEqual([at(now), at(now + 1), at(future.getTime() - 1)], [false, false, false])
      assert.deepStrictEqual([at(future.getTime()), at(future.getTime() + 1)], [true, true])
      assert.strictEqual(checks(), 1)

      const strange = counted([yield* issue({ cn: "jane", by: yield* issue({ cn: "root", ca: true }) })])
      const ours = read(root.cert)
      for (const time of [now, now + 1, now + 2]) {
        assert.isTrue(Result.isFailure(ours.verify(strange.certificates, time)))
      }
      assert.strictEqual(strange.checks(), 1)
    }))

  it.effect("how it is signed itself says nothing of a root, and much of what is below", () =>
    Effect.gen(function*() {
      const root = yield* issue({ cn: "root", ca: true, hash: "SHA-1" })
      assert.strictEqual(verdict([root], [yield* issue({ cn: "jane", by: root })]), "good")
      assert.strictEqual(verdict([root], [yield* issue({ cn: "jane", by: root, hash: "SHA-1" })]), stranger)
      const middle = yield* issue({ cn: "middle", ca: true, by: root, hash: "SHA-1" })
      assert.strictEqual(verdict([root], [yield* issue({ cn: "jane", by: middle }), middle]), stranger)
    }))

  it("what is no bundle is refused", () => {
    const problemOf = (pem: string) => Result.getOrThrow(Result.flip(CertificateAuthority.parse(pem)))
    assert.strictEqual(problemOf(""), "it holds no certificate in PEM")
    assert.strictEqual(
      problemOf("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"),
      "it holds a certificate that cannot be read"
    )
  })

  it.effect("a bundle of several is all of them", () =>
    Effect.gen(function*() {
      const authorities = yield* Effect.all([issue({ cn: "a", ca: true }), issue({ cn: "b", ca: true })])
      assert.strictEqual(read(...authorities.map(({ cert }) => `# a comment\n${cert}\n`)).size, 2)
    }))
})
