import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { X509Certificate } from "node:crypto"
import * as CertificateExtensions from "../../../src/serve/auth/CertificateExtensions.ts"
import { issue } from "../../fixtures/Certificates.ts"

const refused = { pathLength: 0, isBeyondUs: true }

/** A certificate of any bytes: node:crypto would not make one of them. */
const of = (raw: Uint8Array) => CertificateExtensions.of({ raw: Buffer.from(raw) } as X509Certificate)

describe("the extensions of a certificate", () => {
  it.effect("a limit of authorities is what it says, and none where there is none", () =>
    Effect.gen(function*() {
      const limitOf = (ca: true | { readonly pathLength: number }) =>
        Effect.map(issue({ cn: "ca", ca }), ({ certificate }) => CertificateExtensions.of(certificate).pathLength)
      assert.strictEqual(yield* limitOf({ pathLength: 0 }), 0)
      assert.strictEqual(yield* limitOf({ pathLength: 3 }), 3)
      assert.strictEqual(yield* limitOf({ pathLength: 300 }), 300)
      assert.strictEqual(yield* limitOf(true), Number.POSITIVE_INFINITY)
    }))

  it.effect("nothing good is believed of one that breaks off", () =>
    Effect.gen(function*() {
      const { certificate } = yield* issue({ cn: "ca", ca: { pathLength: 3 } })
      assert.deepStrictEqual(of(certificate.raw), { pathLength: 3, isBeyondUs: false })
      for (let length = 1; length < certificate.raw.length; length++) {
        assert.deepStrictEqual(of(certificate.raw.subarray(0, length)), refused, `${length} bytes`)
      }
    }))
})
