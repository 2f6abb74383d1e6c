/** What a kubelet's certificate says of why it is refused, and what would cure it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { X509Certificate } from "node:crypto"
import type { Node } from "../../src/discover/Nodes.ts"
import type { Chain } from "../../src/doctor/ShownCertificate.ts"
import * as Trouble from "../../src/doctor/Trouble.ts"
import { KubeletError, type KubeletReason } from "../../src/scrape/KubeletError.ts"
import * as Authority from "../../src/simulate/Authority.ts"
import { issue } from "../fixtures/Certificates.ts"

const now = Date.UTC(2026, 10, 25)

const node: Node = {
  name: "worker-1",
  labels: {},
  addresses: [
    { type: "InternalIP", address: "10.0.0.1" },
    { type: "Hostname", address: "worker-1" },
    { type: "ExternalIP", address: "192.0.2.1" }
  ],
  kubeletPort: 10250,
  ready: true,
  metricsPath: "/metrics/resource"
}

const kubelet = { commonName: "system:node:worker-1", addresses: ["10.0.0.1"] }

const certificate = (pem: string) => new X509Certificate(pem)

const explain = (
  reason: KubeletReason,
  chain: Chain,
  circumstances: Partial<Trouble.Circumstances> = {}
) =>
  Trouble.explain(
    Trouble.of(
      node,
      new KubeletError({ node: "worker-1", address: "10.0.0.1:10250", reason, detail: "as OpenSSL says" })
    ),
    chain,
    "10.0.0.1",
    { now, authorities: [], preferredTypes: ["InternalIP"], ...circumstances }
  )

describe("a certificate that is for another address", () => {
  const named = (names: ReadonlyArray<string>, addresses: ReadonlyArray<string> = []) =>
    Effect.gen(function*() {
      const authority = yield* Authority.make("kubelets")
      const { cert } = yield* authority.issueServer({ ...kubelet, addresses, names })
      return [certificate(cert)] as const
    })

  it.effect("is cured by the address type that it does name", () =>
    Effect.gen(function*() {
      const { detail, remedy } = explain("tls_name_mismatch", yield* named(["worker-1"]))
      assert.strictEqual(detail, "its certificate is for DNS:worker-1, and not for 10.0.0.1, but for its Hostname")
      assert.include(remedy, "--kubelet-preferred-address-types=Hostname,InternalIP;")
    }))

  it.effect("may name several of them", () =>
    Effect.gen(function*() {
      const { remedy } = explain("tls_name_mismatch", yield* named(["worker-1"], ["192.0.2.1"]))
      assert.include(remedy, "--kubelet-preferred-address-types=Hostname,ExternalIP,InternalIP;")
    }))

  it.effect("is not cured by an address type that was tried already", () =>
    Effect.gen(function*() {
      const { remedy } = explain("tls_name_mismatch", yield* named(["worker-1"]), {
        preferredTypes: ["InternalIP", "Hostname"]
      })
      assert.match(remedy, /^what it names \(Hostname\) was tried in vain/)
    }))

  it.effect("is cured by a new one alone when it names none of them", () =>
    Effect.gen(function*() {
      const { detail, remedy } = explain("tls_name_mismatch", yield* named(["elsewhere.example"]))
      assert.strictEqual(detail, "its certificate is for DNS:elsewhere.example, and not for 10.0.0.1")
      assert.match(remedy, /^no address of the node is in it: issue one .*serverTLSBootstrap/)
    }))

  it.effect("may name nobody at all", () =>
    Effect.gen(function*() {
      const { certificate } = yield* issue({ cn: "10.0.0.1" })
      assert.include(
        explain("tls_name_mismatch", [certificate]).detail,
        "its certificate is for nobody at all (it has no subject alternative names)"
      )
    }))
})

describe("a certificate outside its time", () => {
  it.effect("has expired since then", () =>
    Effect.gen(function*() {
      const authority = yield* Authority.make("kubelets")
      const { cert } = yield* authority.issueServer({ ...kubelet, validity: Authority.expired })
      const { detail, remedy } = explain("tls_expired", [certificate(cert)])
      assert.strictEqual(detail, "its certificate expired at 2021-01-01T00:00:00.000Z, 2154 days ago")
      assert.include(remedy, "kubectl get csr")
    }))

  it.effect("is not valid yet, which clocks may be to blame for", () =>
    Effect.gen(function*() {
      const { certificate } = yield* issue({ cn: "a", notBefore: new Date(now + 1000) })
      const { detail, remedy } = explain("tls_expired", [certificate])
      assert.strictEqual(detail, "its certificate is not valid before 2026-11-25T00:00:01.000Z")
      assert.include(remedy, "clocks")
    }))

  it.effect("may be that of an authority in between", () =>
    Effect.gen(function*() {
      const root = yield* issue({ cn: "root", ca: true })
      const between = yield* issue({ cn: "between", ca: true, by: root, notAfter: new Date(now - 1000) })
      const own = yield* issue({ cn: "own", by: between })
      const { detail } = explain("tls_expired", [own.certificate, between.certificate])
      assert.include(detail, "the certificate of CN=between expired at 2026-11-24T23:59:59.000Z, 0 days ago")
    }))

  it.effect("is told as it was when it is another that has expired", () =>
    Effect.gen(function*() {
      const { certificate } = yield* issue({ cn: "a" })
      assert.strictEqual(explain("tls_expired", [certificate]).detail, "as OpenSSL says")
    }))
})

describe("a certificate that nobody vouches for", () => {
  it.effect("signed itself", () =>
    Effect.gen(function*() {
      const { cert } = yield* Authority.selfSignedServer(kubelet)
      const { detail, reason, remedy } = explain("tls_self_signed", [certificate(cert)])
      assert.strictEqual(reason, "tls_self_signed")
      assert.strictEqual(detail, "its certificate is signed by itself (CN=system:node:worker-1)")
      assert.include(remedy, "--kubelet-insecure-tls")
    }))

  it.effect("is signed by an authority that the kubelet made for itself, of which there is one for each node", () =>
    Effect.gen(function*() {
      const theirs = yield* Authority.make("worker-1-ca@1764201600")
      const { cert } = yield* theirs.issueServer(kubelet)
      const { detail, reason, remedy } = explain("tls_self_signed", [certificate(cert), certificate(theirs.cert)])
      assert.strictEqual(reason, "tls_self_signed")
      assert.strictEqual(detail, "its certificate is signed by an authority of its own (CN=worker-1-ca@1764201600)")
      assert.include(remedy, "serverTLSBootstrap")
    }))

  it.effect("is signed by somebody else than those who are believed", () =>
    Effect.gen(function*() {
      const [theirs, ours] = yield* Effect.all([Authority.make("kubelets"), Authority.make("kubernetes")])
      const { cert } = yield* theirs.issueServer(kubelet)
      const { detail, remedy } = explain("tls_unknown_authority", [certificate(cert)], {
        authorities: [certificate(ours.cert)]
      })
      assert.strictEqual(detail, "its certificate is signed by CN=kubelets; believed are CN=kubernetes")
      assert.include(remedy, "--kubelet-certificate-authority")
    }))

  it.effect("is signed by an authority that was made anew under the same name", () =>
    Effect.gen(function*() {
      const [anew, before] = yield* Effect.all([Authority.make("kubelets"), Authority.make("kubelets")])
      const { cert } = yield* anew.issueServer(kubelet)
      const { remedy } = explain("tls_unknown_authority", [certificate(cert)], {
        authorities: [certificate(before.cert)]
      })
      assert.match(remedy, /^an authority of that name is believed, but has another key/)
    }))

  it.effect("did not sign itself, though its authority that came along did", () =>
    Effect.gen(function*() {
      const root = yield* issue({ cn: "kubelets", ca: true })
      const own = yield* issue({ cn: "a", by: root })
      const { detail, reason } = explain("tls_self_signed", [own.certificate, root.certificate])
      assert.strictEqual(reason, "tls_unknown_authority")
      assert.strictEqual(
        detail,
        "its certificate is signed by CN=kubelets; believed are public authorities alone"
      )
    }))
})

it.effect("what has nothing to do with certificates is told as it was", () =>
  Effect.gen(function*() {
    const { certificate } = yield* issue({ cn: "a" })
    const { detail, remedy } = explain("tls_other", [certificate])
    assert.strictEqual(detail, "as OpenSSL says")
    assert.include(remedy, "TLS versions and ciphers")
  }))
