import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Exit, Fiber, FileSystem, Layer, Option, Scope } from "effect"
import { HttpServer, HttpServerRequest, HttpServerResponse } from "effect/http"
import { connect } from "node:net"
import { connect as connectTls } from "node:tls"
import * as Https from "../../src/serve/Https.ts"
import { http1, http2 } from "../fixtures/HttpsClient.ts"

const options = Effect.fnUntraced(function*(more: Partial<Https.Options> = {}): Effect.fn.Return<
  Https.Options,
  never,
  FileSystem.FileSystem | Scope.Scope
> {
  const fs = yield* FileSystem.FileSystem
  const dir = yield* Effect.orDie(fs.makeTempDirectoryScoped())
  return {
    bindAddress: "127.0.0.1",
    port: 0,
    certificate: { given: Option.none(), dir, names: ["localhost", "127.0.0.1"] },
    ...more
  }
})

const portOf = (server: HttpServer.HttpServer["Service"]) =>
  "port" in server.address ? server.address.port : assert.fail("listens on no port")

/** Starts a server and says its port. */
const serve = Effect.fnUntraced(function*(
  app: Effect.Effect<HttpServerResponse.HttpServerResponse, never, HttpServerRequest.HttpServerRequest>,
  more: Partial<Https.Options> = {}
) {
  const context = yield* Layer.build(Layer.provideMerge(HttpServer.serve(app), Https.layer(yield* options(more))))
  return portOf(yield* Effect.provide(HttpServer.HttpServer, context))
})

const hello = Effect.map(
  HttpServerRequest.HttpServerRequest,
  (request) => HttpServerResponse.text(`hello from ${request.url}`)
)

describe("Https", () => {
  it.live("speaks HTTP/2, and HTTP/1.1 with those who do not", () =>
    Effect.gen(function*() {
      const port = yield* serve(hello)
      for (const client of [http2, http1]) {
        const answer = yield* client({ port, path: "/a//b/../c?d=%20" })
        assert.strictEqual(answer.status, 200)
        assert.strictEqual(answer.body.toString(), "hello from /a//b/../c?d=%20")
      }
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

  it.live("refuses TLS older than 1.2", () =>
    Effect.gen(function*() {
      const port = yield* serve(hello)
      const refused = yield* Effect.callback<string>((resume) => {
        const socket = connectTls({
          port,
          host: "127.0.0.1",
          rejectUnauthorized: false,
          minVersion: "TLSv1",
          maxVersion: "TLSv1.1",
          ciphers: "DEFAULT@SECLEVEL=0"
        })
        socket.on("secureConnect", () => resume(Effect.succeed("admitted")))
        socket.on("error", () => resume(Effect.succeed("refused")))
      })
      assert.strictEqual(refused, "refused")
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

  it.live("lives through noise on its port", () =>
    Effect.gen(function*() {
      const port = yield* serve(hello)
      yield* Effect.callback<void>((resume) => {
        const socket = connect(port, "127.0.0.1", () => socket.write("GET / HTTP/1.1\r\n\r\n\0\0\0"))
        socket.on("error", () => {})
        socket.on("close", () => resume(Effect.void))
        socket.resume()
      })
      assert.strictEqual((yield* http2({ port, path: "/" })).status, 200)
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

  it.live("a running request is finished before the server is gone", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const started = yield* Deferred.make<void>()
      const go = yield* Deferred.make<void>()
      const app = Deferred.succeed(started, undefined).pipe(
        Effect.andThen(Deferred.await(go)),
        Effect.as(HttpServerResponse.text("finished"))
      )
      const port = yield* Scope.provide(serve(app), scope)
      const answer = yield* Effect.forkChild(http2({ port, path: "/" }))
      yield* Deferred.await(started)
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
      yield* Deferred.succeed(go, undefined)
      assert.strictEqual((yield* Fiber.join(answer)).body.toString(), "finished")
      yield* Fiber.join(closing)
      assert.isTrue(Exit.isFailure(yield* Effect.exit(http2({ port, path: "/" }))))
    }).pipe(Effect.provide(NodeServices.layer)))

  it.live("a client that never finishes its request does not keep the server from stopping", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const port = yield* Scope.provide(serve(hello, { grace: Duration.millis(20) }), scope)
      const closed = yield* Deferred.make<void>()
      yield* Effect.callback<void>((resume) => {
        const socket = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] })
        socket.on("secureConnect", () => socket.write("GET / HTTP/1.1\r\nHost: ", () => resume(Effect.void)))
        socket.on("error", () => {})
        socket.on("close", () => Deferred.doneUnsafe(closed, Effect.void))
      })
      yield* Scope.close(scope, Exit.void)
      yield* Deferred.await(closed)
    }).pipe(Effect.provide(NodeServices.layer)))

  it.live("a port in use is told, and what to do", () =>
    Effect.gen(function*() {
      const port = yield* serve(hello)
      const error = yield* Effect.flip(Layer.build(Https.layer(yield* options({ port }))))
      assert.strictEqual(error._tag, "ListenError")
      assert.include(error.message, `cannot listen on 127.0.0.1 port ${port}: it is in use`)
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

  it.each([
    [10250, "EADDRINUSE", /kubelet's own port .* hostNetwork/],
    [443, "EACCES", /below 1024 are reserved/],
    [8443, "EADDRNOTAVAIL", /--bind-address/]
  ])("port %s with %s is explained", (port, code, expected) => {
    assert.match(new Https.ListenError({ address: "0.0.0.0", port, code }).message, expected)
  })
})
