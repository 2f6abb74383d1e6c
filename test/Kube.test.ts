import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import {
  ConfigProvider,
  Context,
  Deferred,
  Effect,
  Exit,
  Fiber,
  FileSystem,
  Layer,
  Option,
  type Path,
  Schema,
  type Scope,
  Stream
} from "effect"
import { HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { createServer as createProxy } from "node:http"
import { createServer, type ServerOptions } from "node:https"
import { type AddressInfo, connect, type Server } from "node:net"
import type { TLSSocket } from "node:tls"
import { Kube, type KubeOptions } from "../src/Kube.ts"
import * as Pki from "./fixtures/Pki.ts"

const listen = <S extends Server>(make: () => S) =>
  Effect.acquireRelease(
    Effect.callback<S>((resume) => {
      const server = make()
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.sync(() => server.close())
  )

const portOf = (server: Server) => (server.address() as AddressInfo).port

/** A kube-apiserver that says who it takes the client for. Without a token or a certificate that is nobody. */
const apiServer = Effect.fnUntraced(function*(options: ServerOptions) {
  const server = yield* listen(() =>
    createServer({ requestCert: true, rejectUnauthorized: false, ...options }, (request, response) => {
      const socket = request.socket as TLSSocket
      const user = socket.authorized ? String(socket.getPeerCertificate().subject.CN) : request.headers.authorization
      response.writeHead(user === undefined || user === "Bearer old" ? 401 : 200).end(
        JSON.stringify({ user, path: request.url, impersonates: request.headers["impersonate-user"] })
      )
    })
  )
  return `https://127.0.0.1:${portOf(server)}`
})

/** Writes files into a directory of their own and answers where that is. */
const files = Effect.fnUntraced(function*(contents: Readonly<Record<string, string>>) {
  const fs = yield* FileSystem.FileSystem
  const directory = yield* fs.makeTempDirectoryScoped()
  for (const [name, content] of Object.entries(contents)) yield* fs.writeFileString(`${directory}/${name}`, content)
  return directory
})

const kubeconfig = (cluster: object, user: object) =>
  JSON.stringify({
    "current-context": "it",
    contexts: [{ name: "it", context: { cluster: "it", user: "it" } }],
    clusters: [{ name: "it", cluster }],
    users: [{ name: "it", user }]
  })

const base64 = (text: string) => Buffer.from(text).toString("base64")

const build = (options: KubeOptions) => Effect.map(Layer.build(Kube.layer(options)), Context.get(Kube))

const byKubeconfig = (directory: string) => build({ kubeconfig: Option.some(`${directory}/kubeconfig`) })

const Answer = Schema.Struct({
  user: Schema.optionalKey(Schema.String),
  path: Schema.String,
  impersonates: Schema.optionalKey(Schema.String)
})

const whoami = (kube: Kube["Service"]) =>
  kube.http.get("/whoami").pipe(Effect.flatMap(HttpClientResponse.schemaBodyJson(Answer)))

const test = (
  name: string,
  body: () => Effect.Effect<void, unknown, FileSystem.FileSystem | Path.Path | Scope.Scope>
) => it.effect(name, () => Effect.provide(body(), NodeServices.layer))

describe("by a kubeconfig", () => {
  test("a bearer token and the authority as data", () =>
    Effect.gen(function*() {
      const ca = yield* Pki.authority("kubernetes")
      const server = yield* apiServer(yield* ca.server({ cn: "kube-apiserver" }))
      const directory = yield* files({
        kubeconfig: kubeconfig(
          { server: `${server}/prefix`, "certificate-authority-data": base64(ca.cert) },
          { token: "secret", as: "jane" }
        )
      })
      const kube = yield* byKubeconfig(directory)
      assert.deepStrictEqual(yield* whoami(kube), {
        user: "Bearer secret",
        path: "/prefix/whoami",
        impersonates: "jane"
      })
      assert.deepStrictEqual(yield* kube.credentials, {
        authorization: Option.some("Bearer secret"),
        ca: Option.some(ca.cert.trim()),
        cert: Option.none(),
        key: Option.none()
      })
    }))

  test("a client certificate and the authority as files beside it", () =>
    Effect.gen(function*() {
      const ca = yield* Pki.authority("kubernetes")
      const server = yield* apiServer({ ...yield* ca.server({ cn: "kube-apiserver" }), ca: ca.cert })
      const { cert, key } = yield* ca.client({ cn: "metrics-server", o: ["system:masters"] })
      const directory = yield* files({
        "ca.crt": ca.cert,
        "client.crt": cert,
        "client.key": key,
        kubeconfig: kubeconfig(
          { server, "certificate-authority": "ca.crt" },
          { "client-certificate": "client.crt", "client-key": "client.key" }
        )
      })
      const kube = yield* byKubeconfig(directory)
      assert.strictEqual((yield* whoami(kube)).user, "metrics-server")
      assert.deepStrictEqual((yield* kube.credentials).cert, Option.some(cert.trim()))
    }))

  test("a user name and a password", () =>
    Effect.gen(function*() {
      const ca = yield* Pki.authority("kubernetes")
      const server = yield* apiServer(yield* ca.server({ cn: "kube-apiserver" }))
      const directory = yield* files({
        kubeconfig: kubeconfig(
          { server, "insecure-skip-tls-verify": true },
          { username: "admin", password: "p:w" }
        )
      })
      assert.strictEqual((yield* whoami(yield* byKubeconfig(directory))).user, `Basic ${base64("admin:p:w")}`)
    }))

  test("a credential plugin, run by client-node", () =>
    Effect.gen(function*() {
      const ca = yield* Pki.authority("kubernetes")
      const server = yield* apiServer(yield* ca.server({ cn: "kube-apiserver" }))
      const credential = { kind: "ExecCredential", status: { token: "plugged" } }
      const directory = yield* files({
        kubeconfig: kubeconfig({ server, "certificate-authority-data": base64(ca.cert) }, {
          exec: { command: "/bin/sh", args: ["-c", `echo '${JSON.stringify(credential)}'`] }
        })
      })
      assert.strictEqual((yield* whoami(yield* byKubeconfig(directory))).user, "Bearer plugged")
    }))

  test("a plugin that fails says so, and is asked again", () =>
    Effect.gen(function*() {
      const ca = yield* Pki.authority("kubernetes")
      const server = yield* apiServer(yield* ca.server({ cn: "kube-apiserver" }))
      const directory = yield* files({})
      const fs = yield* FileSystem.FileSystem
      yield* fs.writeFileString(
        `${directory}/kubeconfig`,
        kubeconfig({ server, "certificate-authority-data": base64(ca.cert) }, {
          exec: { command: "/bin/cat", args: [`${directory}/credential`] }
        })
      )
      const kube = yield* byKubeconfig(directory)
      const error = yield* Effect.flip(kube.credentials)
      assert.include(error.message, "the user's credential plugin failed")
      assert.include(error.message, "No such file")

      yield* fs.writeFileString(`${directory}/credential`, JSON.stringify({ status: { token: "plugged" } }))
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* whoami(kube)).user, "Bearer plugged")
    }))

  test("a token file is read again after ten seconds, or at once when its token is refused", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const ca = yield* Pki.authority("kubernetes")
      const server = yield* apiServer(yield* ca.server({ cn: "kube-apiserver" }))
      const directory = yield* files({
        token: "first\n",
        kubeconfig: kubeconfig({ server, "certificate-authority-data": base64(ca.cert) }, { tokenFile: "token" })
      })
      const kube = yield* byKubeconfig(directory)
      const user = Effect.map(whoami(kube), (_) => _.user)
      assert.strictEqual(yield* user, "Bearer first")

      yield* fs.writeFileString(`${directory}/token`, "old")
      assert.strictEqual(yield* user, "Bearer first")
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* user, "Bearer old")

      yield* fs.writeFileString(`${directory}/token`, "third")
      assert.strictEqual(yield* user, "Bearer third")
    }))

  test("a kubeconfig that breaks stays in use as it was, and one that is replaced is followed", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const [before, after] = yield* Effect.all([Pki.authority("before"), Pki.authority("after")])
      const old = yield* apiServer(yield* before.server({ cn: "kube-apiserver" }))
      const directory = yield* files({
        "ca.crt": before.cert,
        kubeconfig: kubeconfig({ server: old, "certificate-authority": "ca.crt" }, { token: "one" })
      })
      const kube = yield* byKubeconfig(directory)
      assert.strictEqual((yield* whoami(kube)).user, "Bearer one")

      yield* fs.writeFileString(`${directory}/ca.crt`, "half a certi")
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* whoami(kube)).user, "Bearer one")

      const next = yield* apiServer(yield* after.server({ cn: "kube-apiserver" }))
      yield* fs.writeFileString(`${directory}/ca.crt`, after.cert)
      yield* fs.writeFileString(
        `${directory}/kubeconfig`,
        kubeconfig({ server: next, "certificate-authority": "ca.crt" }, { token: "two" })
      )
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* whoami(kube)).user, "Bearer two")
    }))

  test("a certificate for another name is accepted by tls-server-name only", () =>
    Effect.gen(function*() {
      const ca = yield* Pki.authority("kubernetes")
      const server = yield* apiServer(yield* ca.server({ cn: "kube-apiserver", dns: ["kubernetes"], ip: [] }))
      const cluster = { server, "certificate-authority-data": base64(ca.cert) }
      const strict = yield* byKubeconfig(yield* files({ kubeconfig: kubeconfig(cluster, { token: "t" }) }))
      assert.include((yield* Effect.flip(whoami(strict))).message, "set tls-server-name")

      const named = kubeconfig({ ...cluster, "tls-server-name": "kubernetes" }, { token: "t" })
      assert.strictEqual((yield* whoami(yield* byKubeconfig(yield* files({ kubeconfig: named })))).user, "Bearer t")
    }))

  test("a certificate of another authority is refused with what to check", () =>
    Effect.gen(function*() {
      const [theirs, ours] = yield* Effect.all([Pki.authority("theirs"), Pki.authority("ours")])
      const server = yield* apiServer(yield* theirs.server({ cn: "kube-apiserver" }))
      const directory = yield* files({
        kubeconfig: kubeconfig({ server, "certificate-authority-data": base64(ours.cert) }, { token: "t" })
      })
      const { message } = yield* Effect.flip(whoami(yield* byKubeconfig(directory)))
      assert.include(message, `${server}: `)
      assert.include(message, `not signed by the certificate-authority of kubeconfig ${directory}/kubeconfig`)
    }))

  test("a proxy is gone through", () =>
    Effect.gen(function*() {
      const ca = yield* Pki.authority("kubernetes")
      const server = yield* apiServer(yield* ca.server({ cn: "kube-apiserver" }))
      const asked: Array<string | undefined> = []
      const proxy = yield* listen(() =>
        createProxy().on("connect", (request, socket) => {
          asked.push(request.url)
          const { hostname, port } = new URL(server)
          const upstream = connect(Number(port), hostname, () => {
            socket.write("HTTP/1.1 200 OK\r\n\r\n")
            socket.pipe(upstream).pipe(socket)
          })
          upstream.on("error", () => socket.destroy())
          socket.on("error", () => upstream.destroy())
        })
      )
      const directory = yield* files({
        kubeconfig: kubeconfig(
          { server, "certificate-authority-data": base64(ca.cert), "proxy-url": `http://127.0.0.1:${portOf(proxy)}` },
          { token: "t" }
        )
      })
      assert.strictEqual((yield* whoami(yield* byKubeconfig(directory))).user, "Bearer t")
      assert.deepStrictEqual(asked, [new URL(server).host])
    }))

  test("an interrupted request is aborted", () =>
    Effect.gen(function*() {
      const ca = yield* Pki.authority("kubernetes")
      const arrived = yield* Deferred.make<void>()
      const aborted = yield* Deferred.make<void>()
      const pair = yield* ca.server({ cn: "kube-apiserver" })
      const server = yield* listen(() =>
        createServer(pair, (_, response) => {
          Deferred.doneUnsafe(arrived, Exit.void)
          response.on("close", () => Deferred.doneUnsafe(aborted, Exit.void))
        })
      )
      const directory = yield* files({
        kubeconfig: kubeconfig(
          { server: `https://127.0.0.1:${portOf(server)}`, "certificate-authority-data": base64(ca.cert) },
          { token: "t" }
        )
      })
      const request = yield* Effect.forkChild(whoami(yield* byKubeconfig(directory)))
      yield* Deferred.await(arrived)
      yield* Fiber.interrupt(request)
      yield* Deferred.await(aborted)
    }))

  test("an answer that goes on is cut with who reads it", () =>
    Effect.gen(function*() {
      const ca = yield* Pki.authority("kubernetes")
      const aborted = yield* Deferred.make<void>()
      const pair = yield* ca.server({ cn: "kube-apiserver" })
      const server = yield* listen(() =>
        createServer(pair, (_, response) => {
          response.write("first\n")
          response.on("close", () => Deferred.doneUnsafe(aborted, Exit.void))
        })
      )
      const directory = yield* files({
        kubeconfig: kubeconfig(
          { server: `https://127.0.0.1:${portOf(server)}`, "certificate-authority-data": base64(ca.cert) },
          { token: "t" }
        )
      })
      const kube = yield* byKubeconfig(directory)
      const read = yield* Deferred.make<void>()
      const reader = yield* kube.http.get("/watch").pipe(
        Effect.flatMap(({ stream }) => Stream.runForEach(stream, () => Deferred.succeed(read, undefined))),
        Effect.forkChild
      )
      yield* Deferred.await(read)
      yield* Fiber.interrupt(reader)
      yield* Deferred.await(aborted)
    }))

  test("a server that is not there is named, with what to check", () =>
    Effect.gen(function*() {
      const gone = yield* Effect.scoped(Effect.map(listen(createProxy), portOf))
      const directory = yield* files({
        kubeconfig: kubeconfig({ server: `https://127.0.0.1:${gone}` }, { token: "t" })
      })
      const { message } = yield* Effect.flip(whoami(yield* byKubeconfig(directory)))
      assert.include(message, `connect ECONNREFUSED 127.0.0.1:${gone}; check that it runs`)
    }))

  test("what cannot be used is said at once, completely, with what to do", () =>
    Effect.gen(function*() {
      const missing = yield* Effect.flip(build({ kubeconfig: Option.some("/nowhere/kubeconfig") }))
      assert.strictEqual(
        missing.message,
        "cannot use kubeconfig /nowhere/kubeconfig: the file cannot be read (NotFound); " +
          "correct the file, or give another with --kubeconfig"
      )

      const directory = yield* files({
        "ca.crt": "no certificate",
        "client.crt": "none either",
        kubeconfig: kubeconfig(
          { server: "https://127.0.0.1:1", "certificate-authority": "ca.crt" },
          { "client-certificate": "client.crt", tokenFile: "token" }
        )
      })
      const { problems } = yield* Effect.flip(byKubeconfig(directory))
      assert.deepStrictEqual(problems.map((problem) => problem.split(":")[0]), [
        "tokenFile",
        "certificate-authority",
        "client-key"
      ])
    }))
})

describe("from inside the cluster", () => {
  const environment = (server: string) =>
    ConfigProvider.layer(ConfigProvider.fromUnknown({
      KUBERNETES_SERVICE_HOST: new URL(server).hostname,
      KUBERNETES_SERVICE_PORT: new URL(server).port
    }))

  test("the service account of the pod", () =>
    Effect.gen(function*() {
      const ca = yield* Pki.authority("kubernetes")
      const server = yield* apiServer(yield* ca.server({ cn: "kube-apiserver" }))
      const serviceAccount = yield* files({ "ca.crt": ca.cert, token: "mounted" })
      const kube = yield* build({ kubeconfig: Option.none(), serviceAccount }).pipe(Effect.provide(environment(server)))
      assert.strictEqual((yield* whoami(kube)).user, "Bearer mounted")
    }))

  test("a pod without one is told what is missing", () =>
    Effect.gen(function*() {
      const outside = ConfigProvider.layer(ConfigProvider.fromUnknown({}))
      const error = yield* build({ kubeconfig: Option.none(), serviceAccount: "/nowhere" }).pipe(
        Effect.provide(outside),
        Effect.flip
      )
      assert.strictEqual(
        error.message,
        "cannot use service account /nowhere: the environment has no KUBERNETES_SERVICE_HOST; " +
          "the environment has no KUBERNETES_SERVICE_PORT; " +
          "run in a pod that mounts its service-account token, or give --kubeconfig"
      )
    }))
})
