/** Who is still answered when the server stops, over real sockets. */
import { assert, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Exit, Fiber, Layer, Scope } from "effect"
import { HttpServer, HttpServerRequest, HttpServerResponse } from "effect/http"
import { connect, type Socket } from "node:net"
import { connect as connectTls } from "node:tls"
import { http2 } from "../fixtures/HttpsClient.ts"
import * as LoopbackHttps from "../fixtures/LoopbackHttps.ts"
import * as WholeServer from "../fixtures/WholeServer.ts"

/** Starts a server and says its port. */
const serve = Effect.fnUntraced(function*(
  app: Effect.Effect<HttpServerResponse.HttpServerResponse, never, HttpServerRequest.HttpServerRequest>,
  wanted: LoopbackHttps.Wanted = {}
) {
  const context = yield* Layer.build(Layer.provideMerge(HttpServer.serve(app), LoopbackHttps.layerOf(wanted)))
  return yield* Effect.provide(LoopbackHttps.port, context)
})

const tls = (port: number, ...ALPNProtocols: Array<string>) =>
  connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false, ALPNProtocols })

/** All that a client hears that says something when it has come in, and waits for the server to end the connection. */
const said = Effect.fnUntraced(function*(socket: Socket, event: "connect" | "secureConnect", text = "") {
  let heard = ""
  socket.on("error", () => {})
  socket.on("data", (bytes) => {
    heard += bytes.toString()
  })
  yield* Effect.callback<void>((resume) => {
    socket.on(event, () => socket.write(text, () => resume(Effect.void)))
  })
  return yield* Effect.forkChild(
    Effect.callback<string>((resume) => {
      socket.on("close", () => resume(Effect.succeed(heard)))
    }),
    { startImmediately: true }
  )
})

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
  }))

it.effect("when it stops, who is not being answered is left after a second, and who is gets the answer", () =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    const started = yield* Effect.all([Deferred.make<void>(), Deferred.make<void>()])
    const go = yield* Deferred.make<void>()
    const app = Effect.gen(function*() {
      const { url } = yield* HttpServerRequest.HttpServerRequest
      yield* Deferred.succeed(started[url === "/1" ? 0 : 1], undefined)
      yield* Deferred.await(go)
      return HttpServerResponse.text("finished")
    })
    const port = yield* Scope.provide(serve(app), scope)
    const silent = yield* Effect.forEach([
      () => said(connect(port, "127.0.0.1"), "connect"),
      () => said(tls(port, "http/1.1"), "secureConnect"),
      () => said(tls(port, "h2"), "secureConnect"),
      () => said(tls(port, "http/1.1"), "secureConnect", "GET / HTTP/1.1\r\nHost: ")
    ], (visit) => visit())
    const lasting = yield* said(tls(port, "http/1.1"), "secureConnect", "GET /1 HTTP/1.1\r\nHost: it\r\n\r\n")
    const answer = yield* Effect.forkChild(http2({ port, path: "/2" }))
    yield* Effect.forEach(started, Deferred.await)

    const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
    yield* WholeServer.pass(1)
    yield* Effect.forEach(silent, Fiber.join)
    yield* WholeServer.pass(10)
    yield* Deferred.succeed(go, undefined)
    assert.strictEqual((yield* Fiber.join(answer)).body.toString(), "finished")
    yield* Effect.repeat(WholeServer.pass(1), { until: () => lasting.pollUnsafe() !== undefined })
    assert.include(yield* Fiber.join(lasting), "finished")
    yield* Fiber.join(closing)
  }))

it.effect("an answer that does not come is not waited for any longer than the time of grace", () =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    const started = yield* Deferred.make<void>()
    const app = Effect.andThen(Deferred.succeed(started, undefined), Effect.interruptible(Effect.never))
    const port = yield* Scope.provide(serve(app, { grace: Duration.seconds(5) }), scope)
    const answered = yield* said(tls(port, "http/1.1"), "secureConnect", "GET / HTTP/1.1\r\nHost: it\r\n\r\n")
    yield* Deferred.await(started)
    const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
    yield* WholeServer.pass(4)
    assert.isUndefined(answered.pollUnsafe())
    yield* WholeServer.pass(1)
    yield* Fiber.join(answered)
    yield* Fiber.join(closing)
  }))
