/** What follows from an APIService and the certificate that the server shows. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { X509Certificate } from "node:crypto"
import * as Demand from "../../src/doctor/Demand.ts"
import type { Chain } from "../../src/doctor/ShownCertificate.ts"
import * as Authority from "../../src/simulate/Authority.ts"
import { base64 } from "../fixtures/TlsApiServer.ts"

const now = Date.UTC(2026, 10, 25)

const serverName = "metrics-server.kube-system.svc"

const server = { commonName: "metrics-server", addresses: [], names: [serverName] }

const chainOf = ({ cert }: { readonly cert: string }): Chain => [new X509Certificate(cert)]

const judge = (demand: Partial<Demand.Demand>, chain: Chain) =>
  Demand.judge({ serverName, insecure: false, caBundle: "", ...demand }, chain, now, "APIService v1.metrics.k8s.io")

const until = (notAfter: Date) => ({ notBefore: new Date(0), notAfter })

describe("the serving certificate", () => {
  it.effect("is well when caBundle vouches for it and it names the Service", () =>
    Effect.gen(function*() {
      const authority = yield* Authority.make("metrics-server-ca")
      const chain = chainOf(yield* authority.issueServer(server))
      const { seen, severity } = judge({ caBundle: base64(authority.cert) }, chain)
      assert.strictEqual(severity, "ok")
      assert.include(seen, `${serverName}, signed by CN=metrics-server-ca`)
    }))

  it.effect("is well when it signed itself and is its own caBundle", () =>
    Effect.gen(function*() {
      const pair = yield* Authority.selfSignedServer(server)
      assert.strictEqual(judge({ caBundle: base64(pair.cert) }, chainOf(pair)).severity, "ok")
    }))

  it.effect("is whatever it is while nobody verifies it, but for its time", () =>
    Effect.gen(function*() {
      const good = chainOf(yield* Authority.selfSignedServer({ ...server, names: ["elsewhere.example"] }))
      assert.strictEqual(judge({ insecure: true }, good).severity, "ok")
      const authority = yield* Authority.make("metrics-server-ca")
      const spent = chainOf(yield* authority.issueServer({ ...server, validity: Authority.expired }))
      const { seen, severity } = judge({ insecure: true }, spent)
      assert.strictEqual(severity, "warning")
      assert.include(seen, "it expired at 2021-01-01T00:00:00.000Z; the kube-apiserver does not verify it")
    }))

  it.effect("is vouched for by nobody without a caBundle", () =>
    Effect.gen(function*() {
      const { remedy, seen, severity } = judge({}, chainOf(yield* Authority.selfSignedServer(server)))
      assert.strictEqual(severity, "broken")
      assert.include(seen, "no caBundle")
      assert.include(remedy, "insecureSkipTLSVerify")
    }))

  it.effect.each<readonly [string, string, RegExp]>([
    ["is no base64", "!", /its caBundle cannot be used: it is not base64/],
    ["is no PEM", base64("hello"), /its caBundle cannot be used: it holds no certificate in PEM/]
  ])("is vouched for by nobody when caBundle %s", ([, caBundle, expected]) =>
    Effect.gen(function*() {
      const { seen, severity } = judge({ caBundle }, chainOf(yield* Authority.selfSignedServer(server)))
      assert.strictEqual(severity, "broken")
      assert.match(seen, expected)
    }))

  it.effect("of another authority is told apart from one of an authority that was made anew under the same name", () =>
    Effect.gen(function*() {
      const [before, anew, other] = yield* Effect.all([
        Authority.make("metrics-server-ca"),
        Authority.make("metrics-server-ca"),
        Authority.make("some-other-ca")
      ])
      const chain = chainOf(yield* anew.issueServer(server))
      const stale = judge({ caBundle: base64(before.cert) }, chain)
      assert.strictEqual(stale.severity, "broken")
      assert.include(stale.seen, "signed by CN=metrics-server-ca, and nobody in caBundle vouches for it")
      assert.include(stale.remedy, "put the present one there")
      const foreign = judge({ caBundle: base64(other.cert) }, chain)
      assert.strictEqual(foreign.severity, "broken")
      assert.include(foreign.seen, "vouches for it: CN=some-other-ca")
      assert.notInclude(foreign.remedy, "present one")
      assert.strictEqual(judge({ caBundle: base64(before.cert + anew.cert) }, chain).severity, "ok")
    }))

  it.effect("that signed itself is told to have done so", () =>
    Effect.gen(function*() {
      const authority = yield* Authority.make("metrics-server-ca")
      const chain = chainOf(yield* Authority.selfSignedServer(server))
      assert.include(judge({ caBundle: base64(authority.cert) }, chain).seen, "signed by itself")
    }))

  it.effect("for other names is refused, with those that it has", () =>
    Effect.gen(function*() {
      const authority = yield* Authority.make("metrics-server-ca")
      const chain = chainOf(yield* authority.issueServer({ ...server, names: ["metrics-server", "localhost"] }))
      const { remedy, seen, severity } = judge({ caBundle: base64(authority.cert) }, chain)
      assert.strictEqual(severity, "broken")
      assert.strictEqual(
        seen,
        `the certificate is for DNS:metrics-server, DNS:localhost, and the kube-apiserver asks for ${serverName}`
      )
      assert.include(remedy, serverName)
    }))

  it.effect("that has expired is refused, and one that soon will is a reason to look", () =>
    Effect.gen(function*() {
      const authority = yield* Authority.make("metrics-server-ca")
      const caBundle = base64(authority.cert)
      const spent = chainOf(yield* authority.issueServer({ ...server, validity: Authority.expired }))
      assert.strictEqual(judge({ caBundle }, spent).severity, "broken")
      const short = chainOf(
        yield* authority.issueServer({ ...server, validity: until(new Date(now + 6 * 24 * 3_600_000)) })
      )
      assert.strictEqual(judge({ caBundle }, short).severity, "warning")
      const long = chainOf(
        yield* authority.issueServer({ ...server, validity: until(new Date(now + 8 * 24 * 3_600_000)) })
      )
      assert.strictEqual(judge({ caBundle }, long).severity, "ok")
    }))

  it.effect("is looked at by itself where nobody may know what is demanded of it", () =>
    Effect.gen(function*() {
      const authority = yield* Authority.make("metrics-server-ca")
      const good = chainOf(yield* authority.issueServer(server))
      const spent = chainOf(yield* authority.issueServer({ ...server, validity: Authority.expired }))
      assert.strictEqual(Demand.judgeAlone(good, now, "it").severity, "ok")
      assert.strictEqual(Demand.judgeAlone(spent, now, "it").severity, "warning")
    }))

  it("is demanded by who leads to a server, under the name of the Service", () => {
    const service = { namespace: "kube-system", name: "metrics-server" }
    assert.deepStrictEqual(
      Demand.of({ spec: { service, insecureSkipTLSVerify: true } }),
      Option.some({ serverName, insecure: true, caBundle: "" })
    )
    assert.deepStrictEqual(Demand.of({ spec: {} }), Option.none())
  })
})
