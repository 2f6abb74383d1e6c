/** What secures the connections to kubelets, over real TLS: files that are followed, and what no file says. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, FileSystem, Layer, Option, type Scope } from "effect"
import { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import { Kube, nobody } from "../../src/kube/Kube.ts"
import { issue } from "../fixtures/Certificates.ts"
import * as Pki from "../fixtures/Pki.ts"
import { files, kubeOf } from "../fixtures/TlsApiServer.ts"
import * as TlsKubelet from "../fixtures/TlsKubelet.ts"

const passes = TestClock.adjust("10 seconds")

const test = (
  name: string,
  body: () => Effect.Effect<void, unknown, NodeServices.NodeServices | Scope.Scope>
) => it.effect(name, () => Effect.provide(body(), NodeServices.layer))

/** A server's certificate that a root's authority signed. */
const below = Effect.gen(function*() {
  const root = yield* issue({ cn: "root", ca: true })
  const intermediate = yield* issue({ cn: "intermediate", by: root, ca: true })
  const leaf = yield* issue({ cn: "node", by: intermediate, addresses: ["127.0.0.1"] })
  return { intermediate, leaf }
})

const believing = (file: string) => ({ ...TlsKubelet.none, certificateAuthority: Option.some(file) })

const showing = (pair: Pki.Pair) => Effect.tap(TlsKubelet.make(), (kubelet) => kubelet.present(pair))

describe("files that change", () => {
  test("are used by new connections, while a request that is under way ends where it began", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const kubelet = yield* TlsKubelet.make()
      const [first, second] = yield* Effect.all([
        kubelet.clients.client({ cn: "a" }),
        kubelet.clients.client({ cn: "b" })
      ])
      const directory = yield* files({ "ca.crt": kubelet.serving.cert, "tls.crt": first.cert, "tls.key": first.key })
      const { logs, text } = yield* TlsKubelet.client(TlsKubelet.filesIn(directory))
      const ask = text(kubelet.url)
      const held = yield* Effect.forkChild(text(`${kubelet.url}/held`))
      yield* kubelet.asked

      const other = yield* Pki.authority("other kubelets")
      yield* kubelet.present(yield* other.server({ cn: "node" }))
      yield* fs.writeFileString(`${directory}/ca.crt`, kubelet.serving.cert + other.cert)
      yield* fs.writeFileString(`${directory}/tls.crt`, second.cert)
      yield* fs.writeFileString(`${directory}/tls.key`, second.key)
      yield* passes
      assert.strictEqual(yield* ask, "b")
      assert.strictEqual(yield* ask, "b")
      yield* kubelet.go
      assert.strictEqual(yield* Fiber.join(held), "a")
      assert.strictEqual(kubelet.connections.size, 2)
      assert.deepStrictEqual(logs.map((it) => it.replace(directory, "")), [
        "--kubelet-certificate-authority: /ca.crt has changed and is in use",
        "--kubelet-client-certificate: /tls.crt has changed and is in use"
      ])
    }))

  test("stay in use as they were while they are broken, which is said once", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const kubelet = yield* TlsKubelet.make()
      const [first, second] = yield* Effect.all([
        kubelet.clients.client({ cn: "a" }),
        kubelet.clients.client({ cn: "b" })
      ])
      const directory = yield* files({ "ca.crt": kubelet.serving.cert, "tls.crt": first.cert, "tls.key": first.key })
      const { current, logs, text } = yield* TlsKubelet.client(TlsKubelet.filesIn(directory))
      const before = yield* current
      yield* fs.writeFileString(`${directory}/ca.crt`, kubelet.serving.cert + kubelet.serving.cert.slice(0, 200))
      yield* fs.writeFileString(`${directory}/tls.crt`, second.cert)
      for (let i = 0; i < 3; i++) {
        yield* passes
        assert.strictEqual(yield* text(kubelet.url), "a")
      }
      assert.strictEqual(yield* current, before)
      assert.lengthOf(logs, 2)
      assert.match(
        logs[0] ?? "",
        /--kubelet-certificate-authority=.*: it breaks off within a certificate; .*stays in use/
      )
      assert.match(logs[1] ?? "", /--kubelet-client-key=.*: it is not the key of the certificate; .*stays in use/)

      yield* fs.writeFileString(`${directory}/tls.key`, second.key)
      yield* passes
      assert.strictEqual(yield* text(kubelet.url), "b")
    }))

  test("are the kubeconfig's where no flag names any", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const kubelet = yield* TlsKubelet.make()
      const [first, second] = yield* Effect.all([
        kubelet.clients.client({ cn: "a" }),
        kubelet.clients.client({ cn: "b" })
      ])
      const cluster = { server: "https://127.0.0.1:1", "certificate-authority": "ca.crt" }
      const user = { "client-certificate": "tls.crt", "client-key": "tls.key" }
      const { directory, kube } = yield* kubeOf(cluster, user, {
        "ca.crt": kubelet.serving.cert,
        "tls.crt": first.cert,
        "tls.key": first.key
      })
      const { current, text } = yield* TlsKubelet.client(TlsKubelet.none, Layer.succeed(Kube, kube))
      assert.strictEqual(yield* text(kubelet.url), "a")
      const before = yield* current
      yield* passes
      assert.strictEqual(yield* current, before)

      const other = yield* Pki.authority("other kubelets")
      yield* kubelet.present(yield* other.server({ cn: "node" }))
      yield* fs.writeFileString(`${directory}/ca.crt`, other.cert)
      yield* fs.writeFileString(`${directory}/tls.crt`, second.cert)
      yield* fs.writeFileString(`${directory}/tls.key`, second.key)
      yield* passes
      assert.strictEqual(yield* text(kubelet.url), "b")
    }))
})

describe("whoever stands in the authorities' file is believed, as by Go:", () => {
  test("an authority that another one signed", () =>
    Effect.gen(function*() {
      const { intermediate, leaf } = yield* below
      const directory = yield* files({ "ca.crt": intermediate.cert })
      for (const shown of [leaf.cert, `${leaf.cert}\n${intermediate.cert}`]) {
        const kubelet = yield* showing({ cert: shown, key: leaf.key })
        const { text } = yield* TlsKubelet.client(believing(`${directory}/ca.crt`))
        assert.strictEqual(yield* text(kubelet.url), "nobody")
      }
    }))

  test("a kubelet itself, but no other one of its authority", () =>
    Effect.gen(function*() {
      const { intermediate, leaf } = yield* below
      const other = yield* issue({ cn: "other", by: intermediate, addresses: ["127.0.0.1"] })
      const directory = yield* files({ "ca.crt": leaf.cert })
      const { text } = yield* TlsKubelet.client(believing(`${directory}/ca.crt`))
      assert.strictEqual(yield* text((yield* showing(leaf)).url), "nobody")
      assert.propertyVal(yield* Effect.flip(text((yield* showing(other)).url)), "reason", "tls_unknown_authority")
    }))
})

describe("what is not given", () => {
  test("may become known later than at start", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const kubelet = yield* TlsKubelet.make()
      const { cert, key } = yield* kubelet.clients.client({ cn: "plugged" })
      const credential = `${yield* files({})}/credential`
      const { kube } = yield* kubeOf(
        { server: "https://127.0.0.1:1", "certificate-authority": "ca.crt" },
        { exec: { command: "/bin/cat", args: [credential] } },
        { "ca.crt": kubelet.serving.cert }
      )
      const { current, text } = yield* TlsKubelet.client(TlsKubelet.none, Layer.succeed(Kube, kube))
      assert.deepStrictEqual(yield* current, { rejectUnauthorized: true })

      const status = { clientCertificateData: cert, clientKeyData: key }
      yield* fs.writeFileString(credential, JSON.stringify({ kind: "ExecCredential", status }))
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* text(kubelet.url), "plugged")
    }))

  test("is not verified by the cluster's authority with --kubelet-insecure-tls, which is for kubelets alone", () =>
    Effect.gen(function*() {
      const { current } = yield* TlsKubelet.client(
        { ...TlsKubelet.none, insecure: true },
        Kube.layerHttp(HttpClient.make(() => Effect.never), { ...nobody, ca: Option.some("the cluster's") })
      )
      assert.deepStrictEqual(yield* current, { rejectUnauthorized: false })
    }))
})

const unusable: ReadonlyArray<readonly [what: string, (given: Given) => Partial<Given>, says: RegExp]> = [
  ["a missing authority", () => ({ "ca.crt": undefined }), /^cannot use --kubelet-certificate-authority=.*NotFound/],
  [
    "half an authority",
    ({ "ca.crt": it = "" }) => ({ "ca.crt": it.slice(0, 99) }),
    /authority=.*: it breaks off within/
  ],
  ["a missing certificate", () => ({ "tls.crt": undefined }), /^cannot use --kubelet-client-certificate=.*NotFound/],
  ["a missing key", () => ({ "tls.key": undefined }), /^cannot use --kubelet-client-key=.*NotFound/],
  ["no key", () => ({ "tls.key": "hello" }), /^cannot use --kubelet-client-key=.*: it holds no private key/]
]

interface Given {
  readonly "ca.crt": string | undefined
  readonly "tls.crt": string | undefined
  readonly "tls.key": string | undefined
}

describe("at start", () => {
  it.effect.each(unusable)("%s is told with the flag and the file", ([, spoil, says]) =>
    Effect.gen(function*() {
      const kubelet = yield* TlsKubelet.make()
      const { cert, key } = yield* kubelet.clients.client({ cn: "a" })
      const given: Given = { "ca.crt": kubelet.serving.cert, "tls.crt": cert, "tls.key": key }
      const contents = Object.entries({ ...given, ...spoil(given) }).filter(([, text]) => text !== undefined)
      const directory = yield* files(Object.fromEntries(contents) as Record<string, string>)
      assert.match((yield* Effect.flip(TlsKubelet.client(TlsKubelet.filesIn(directory)))).message, says)
    }).pipe(Effect.provide(NodeServices.layer)))
})
