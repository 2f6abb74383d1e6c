import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, FileSystem, type Path, type Scope, Stream } from "effect"
import { TestClock } from "effect/testing"
import { createServer } from "node:http"
import { createServer as createSecureServer } from "node:https"
import { connect } from "node:net"
import type { Kube } from "../../src/kube/Kube.ts"
import { issue } from "../fixtures/Certificates.ts"
import * as TlsApiServer from "../fixtures/TlsApiServer.ts"
import { kubeconfig, kubeOf, listen, portOf } from "../fixtures/TlsApiServer.ts"

const token = { token: "t" }

const status = (kube: Kube["Service"]) => Effect.map(kube.http.get("/whoami"), ({ status }) => status)

const test = (
  name: string,
  body: () => Effect.Effect<void, unknown, FileSystem.FileSystem | Path.Path | Scope.Scope>
) => it.effect(name, () => Effect.provide(body(), NodeServices.layer))

test("a certificate for another name is accepted by tls-server-name only", () =>
  Effect.gen(function*() {
    const { entry } = yield* TlsApiServer.make({ dns: ["kubernetes"], ip: [] })
    const strict = yield* kubeOf(entry, token)
    assert.include((yield* Effect.flip(status(strict.kube))).message, "set tls-server-name")

    const named = yield* kubeOf({ ...entry, "tls-server-name": "kubernetes" }, token)
    assert.strictEqual(yield* status(named.kube), 200)
  }))

test("a certificate of another authority is refused with what to check", () =>
  Effect.gen(function*() {
    const [theirs, ours] = yield* Effect.all([TlsApiServer.make(), TlsApiServer.make()])
    const { directory, kube } = yield* kubeOf({ ...ours.entry, server: theirs.server }, token)
    const { message } = yield* Effect.flip(status(kube))
    assert.include(message, `${theirs.server}: `)
    assert.include(message, `not signed by the certificate-authority of kubeconfig ${directory}/kubeconfig`)
  }))

test("an authority is believed, whoever signed it", () =>
  Effect.gen(function*() {
    const root = yield* issue({ cn: "root", ca: true })
    const intermediate = yield* issue({ cn: "intermediate", by: root, ca: true })
    const pair = yield* issue({ cn: "kubernetes", by: intermediate, addresses: ["127.0.0.1"] })
    const server = yield* listen(() => createSecureServer(pair, (_, response) => response.end("{}")))
    const cluster = { server: `https://127.0.0.1:${portOf(server)}`, "certificate-authority": "ca.crt" }
    const { kube } = yield* kubeOf(cluster, token, { "ca.crt": intermediate.cert })
    assert.strictEqual(yield* status(kube), 200)
  }))

test("a server that is not there is named, with what to check", () =>
  Effect.gen(function*() {
    const gone = yield* Effect.scoped(Effect.map(listen(createServer), portOf))
    const { kube } = yield* kubeOf({ server: `https://127.0.0.1:${gone}` }, token)
    const { message } = yield* Effect.flip(status(kube))
    assert.include(message, `connect ECONNREFUSED 127.0.0.1:${gone}; check that it runs`)
  }))

/** A proxy that remembers where it was asked to go. */
const proxy = Effect.gen(function*() {
  const asked: Array<string | undefined> = []
  const server = yield* listen(() =>
    createServer().on("connect", (request, socket) => {
      asked.push(request.url)
      const { hostname, port } = new URL(`https://${request.url}`)
      const upstream = connect(Number(port), hostname, () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n")
        socket.pipe(upstream).pipe(socket)
      })
      upstream.on("error", () => socket.destroy())
      socket.on("error", () => upstream.destroy())
    })
  )
  return { asked, "proxy-url": `http://127.0.0.1:${portOf(server)}` }
})

test("a proxy is gone through, and another one when it is replaced", () =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const { entry, server } = yield* TlsApiServer.make()
    const { host } = new URL(server)
    const [first, second] = yield* Effect.all([proxy, proxy])
    const { directory, kube } = yield* kubeOf({ ...entry, "proxy-url": first["proxy-url"] }, token)
    assert.strictEqual(yield* status(kube), 200)
    assert.deepStrictEqual([first.asked, second.asked], [[host], []])

    const other = kubeconfig({ ...entry, "proxy-url": second["proxy-url"] }, token)
    yield* fs.writeFileString(`${directory}/kubeconfig`, other)
    yield* TestClock.adjust("10 seconds")
    assert.strictEqual(yield* status(kube), 200)
    assert.deepStrictEqual([first.asked, second.asked], [[host], [host]])
  }))

test("an interrupted request is aborted", () =>
  Effect.gen(function*() {
    const [arrived, aborted] = yield* Effect.all([Deferred.make<void>(), Deferred.make<void>()])
    const { entry } = yield* TlsApiServer.make({
      listener: (_, response) => {
        Deferred.doneUnsafe(arrived, Exit.void)
        response.on("close", () => Deferred.doneUnsafe(aborted, Exit.void))
      }
    })
    const { kube } = yield* kubeOf(entry, token)
    const request = yield* Effect.forkChild(status(kube))
    yield* Deferred.await(arrived)
    yield* Fiber.interrupt(request)
    yield* Deferred.await(aborted)
  }))

test("an answer that goes on is cut when its reader is interrupted", () =>
  Effect.gen(function*() {
    const [read, aborted] = yield* Effect.all([Deferred.make<void>(), Deferred.make<void>()])
    const { entry } = yield* TlsApiServer.make({
      listener: (_, response) => {
        response.write("first\n")
        response.on("close", () => Deferred.doneUnsafe(aborted, Exit.void))
      }
    })
    const { kube } = yield* kubeOf(entry, token)
    const reader = yield* kube.http.get("/watch").pipe(
      Effect.flatMap(({ stream }) => Stream.runForEach(stream, () => Deferred.succeed(read, undefined))),
      Effect.forkChild
    )
    yield* Deferred.await(read)
    yield* Fiber.interrupt(reader)
    yield* Deferred.await(aborted)
  }))
