/** Everything that secures a connection is replaced while requests run over real sockets, and none of them is lost. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, it } from "@effect/vitest"
import { ConfigProvider, Context, Effect, FileSystem, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import { connect } from "node:tls"
import { Kube } from "../src/kube/Kube.ts"
import * as Authority from "../src/simulate/Authority.ts"
import { frontProxyName, Identities, tokens } from "../src/simulate/Identities.ts"
import * as Objects from "../src/simulate/Objects.ts"
import { ObjectStore } from "../src/simulate/ObjectStore.ts"
import * as Attacked from "./fixtures/Attacked.ts"
import { bearer, path, spoofed } from "./fixtures/Attacked.ts"
import { http1, http2, type Question } from "./fixtures/HttpsClient.ts"
import * as LoopbackHttps from "./fixtures/LoopbackHttps.ts"
import * as Meanwhile from "./fixtures/Meanwhile.ts"
import * as Pki from "./fixtures/Pki.ts"
import * as SecretMount from "./fixtures/SecretMount.ts"
import * as TlsApiServer from "./fixtures/TlsApiServer.ts"
import * as TlsKubelet from "./fixtures/TlsKubelet.ts"
import * as WholeServer from "./fixtures/WholeServer.ts"

const status = (question: Omit<Question, "port" | "path">) =>
  Effect.gen(function*() {
    const port = yield* LoopbackHttps.port
    const answers = yield* Effect.all([http1({ ...question, port, path }), http2({ ...question, port, path })])
    return answers.map(({ status }) => status).join()
  })

const allWell = (answers: ReadonlyArray<string>, well = "200,200") =>
  assert.deepStrictEqual([...new Set(answers)], [well])

/** The common name in the certificate that new connections are shown. */
const shown = Effect.flatMap(LoopbackHttps.port, (port) =>
  Effect.callback<string, Error>((resume) => {
    const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false }, () => {
      resume(Effect.succeed(String(socket.getPeerCertificate().subject.CN)))
      socket.destroy()
    })
    socket.on("error", (error) => resume(Effect.fail(error)))
  }))

const files = ({ cert, key }: Pki.Pair) => ({ "tls.crt": cert, "tls.key": key })

/** Writes a pair where it is followed, in one step or in two with time between them. */
const places = {
  "a mounted secret": Effect.fnUntraced(function*(first: Pki.Pair) {
    const { directory, replace } = yield* SecretMount.make(files(first))
    return { directory, replace: (pair: Pki.Pair) => replace(files(pair)) }
  }),
  "two plain files": Effect.fnUntraced(function*(first: Pki.Pair) {
    const fs = yield* FileSystem.FileSystem
    const directory = yield* fs.makeTempDirectoryScoped()
    const write = (pair: Pki.Pair) =>
      Effect.forEach(
        Object.entries(files(pair)),
        ([name, text]) => Effect.andThen(fs.writeFileString(`${directory}/${name}`, text), WholeServer.pass(10))
      )
    yield* write(first)
    return { directory, replace: write }
  })
}

it.effect.each(["a mounted secret", "two plain files"] as const)(
  "the serving pair, from %s",
  (place) =>
    Effect.gen(function*() {
      const ca = yield* Pki.authority("it")
      const { directory, replace } = yield* places[place](yield* ca.server({ cn: "first" }))
      const given = Option.some({ certFile: `${directory}/tls.crt`, keyFile: `${directory}/tls.key` })
      yield* Effect.gen(function*() {
        assert.strictEqual(yield* shown, "first")
        const answers = yield* Meanwhile.answers(status({ headers: bearer(tokens.reader) }), (pause) =>
          Effect.forEach(["second", "third"], (cn) =>
            Effect.gen(function*() {
              yield* replace(yield* ca.server({ cn }))
              yield* Effect.repeat(Effect.andThen(WholeServer.pass(1), shown), {
                until: (it) =>
                  it === cn
              })
              yield* pause
            })))
        allWell(answers)
      }).pipe(Effect.provide(Attacked.layer({ https: { certificate: { given } } })))
    }).pipe(Effect.provide(NodeServices.layer))
)

it.effect("the clients' authority, from a file", () =>
  Effect.gen(function*() {
    const [before, after] = yield* Effect.all([Authority.make("before"), Authority.make("after")])
    const admin = { commonName: "admin", organizations: ["system:masters"] }
    const [old, renewed] = yield* Effect.all([before.issueClient(admin), after.issueClient(admin)])
    const { directory, replace } = yield* SecretMount.make({ "ca.crt": before.cert })
    yield* Effect.gen(function*() {
      let pair = old
      const answers = yield* Meanwhile.answers(Effect.suspend(() => status({ pair })), (pause) =>
        Effect.gen(function*() {
          yield* replace({ "ca.crt": `${before.cert}\n${after.cert}` })
          yield* WholeServer.pass(10)
          pair = renewed
          yield* pause
          yield* replace({ "ca.crt": after.cert })
          yield* WholeServer.pass(10)
        }))
      allWell(answers)
      assert.strictEqual(yield* status({ pair: old }), "401,401")
    }).pipe(Effect.provide(Attacked.layer({ flags: { "client-ca-file": [`${directory}/ca.crt`] } })))
  }).pipe(Effect.provide(NodeServices.layer)))

it.effect("the clients' and the front proxy's authority, from the cluster's ConfigMap", () =>
  Effect.gen(function*() {
    const { clients, clusterCa, frontProxyCa } = yield* Identities
    const store = yield* ObjectStore
    const [newClusterCa, newFrontProxyCa] = yield* Effect.all([Authority.make("kubernetes"), Authority.make("proxies")])
    const publish = (clientCa: string, proxyCa: string) =>
      store.put(Objects.configMap("kube-system", "extension-apiserver-authentication", {
        "client-ca-file": clientCa,
        "requestheader-client-ca-file": proxyCa,
        "requestheader-allowed-names": JSON.stringify([frontProxyName]),
        "requestheader-username-headers": `["X-Remote-User"]`,
        "requestheader-group-headers": `["X-Remote-Group"]`,
        "requestheader-extra-headers-prefix": `["X-Remote-Extra-"]`
      }))
    let [admin, proxy] = [clients.admin, clients["front-proxy-client"]]
    const ask = Effect.suspend(() => Effect.all([status({ pair: admin }), status({ pair: proxy, headers: spoofed })]))
    const answers = yield* Meanwhile.answers(Effect.map(ask, (answers) => answers.join()), (pause) =>
      Effect.gen(function*() {
        yield* publish(`${clusterCa.cert}\n${newClusterCa.cert}`, `${frontProxyCa.cert}\n${newFrontProxyCa.cert}`)
        yield* WholeServer.pass(1)
        admin = yield* newClusterCa.issueClient({ commonName: "admin", organizations: ["system:masters"] })
        proxy = yield* newFrontProxyCa.issueClient({ commonName: frontProxyName })
        yield* pause
        yield* publish(newClusterCa.cert, newFrontProxyCa.cert)
        yield* WholeServer.pass(1)
      }))
    allWell(answers, "200,200,200,200")
    assert.strictEqual(yield* status({ pair: clients.admin }), "401,401")
    assert.strictEqual(yield* status({ pair: clients["front-proxy-client"], headers: spoofed }), "401,401")
  }).pipe(Effect.provide(Attacked.layer())))

it.effect("the kubelets' authority and our client certificate, from files", () =>
  Effect.gen(function*() {
    const kubelet = yield* TlsKubelet.make()
    const other = yield* Pki.authority("other kubelets")
    const pairs = yield* Effect.forEach(["a", "b"], (cn) => kubelet.clients.client({ cn }))
    const [first, second] = pairs.map(files)
    const { directory, replace } = yield* SecretMount.make({ ...first!, "ca.crt": kubelet.serving.cert })
    const { text } = yield* TlsKubelet.client(TlsKubelet.filesIn(directory))
    const answers = yield* Meanwhile.answers(text(kubelet.url), (pause) =>
      Effect.gen(function*() {
        yield* replace({ ...first!, "ca.crt": `${kubelet.serving.cert}\n${other.cert}` })
        yield* TestClock.adjust("10 seconds")
        yield* kubelet.present(yield* other.server({ cn: "node" }))
        yield* pause
        yield* replace({ ...second!, "ca.crt": other.cert })
        yield* TestClock.adjust("10 seconds")
      }))
    assert.deepStrictEqual([...new Set(answers)], ["a", "b"])
  }).pipe(Effect.provide(NodeServices.layer)))

it.effect("the service account's token, and its authority", () =>
  Effect.gen(function*() {
    const valid = new Set(["Bearer first"])
    const { ca, server } = yield* TlsApiServer.make({
      listener: (request, response) =>
        response.writeHead(valid.has(request.headers.authorization ?? "") ? 200 : 401).end()
    })
    const other = yield* Pki.authority("another")
    const { directory, replace } = yield* SecretMount.make({ token: "first", "ca.crt": ca.cert })
    const kube = yield* Layer.build(Kube.layer({ kubeconfig: Option.none(), serviceAccount: directory })).pipe(
      Effect.map(Context.get(Kube)),
      Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({
        KUBERNETES_SERVICE_HOST: "127.0.0.1",
        KUBERNETES_SERVICE_PORT: new URL(server).port
      })))
    )
    const answers = yield* Meanwhile.answers(
      Effect.map(kube.http.get("/whoami"), ({ status }) => String(status)),
      (pause) =>
        Effect.gen(function*() {
          valid.add("Bearer second")
          yield* replace({ token: "second", "ca.crt": `${ca.cert}\n${other.cert}` })
          yield* TestClock.adjust("10 seconds")
          yield* pause
          valid.delete("Bearer first")
        })
    )
    allWell(answers, "200")
    assert.deepStrictEqual((yield* kube.credentials).authorization, Option.some("Bearer second"))
  }).pipe(Effect.provide(NodeServices.layer)))
