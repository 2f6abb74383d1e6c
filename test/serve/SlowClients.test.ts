/** Clients that take their time, over real sockets: none is waited for longer than it may take. */
import { assert } from "@effect/vitest"
import { Clock, Deferred, Duration, Effect, Option } from "effect"
import { TestClock } from "effect/testing"
import { connect as connectTcp, type Socket } from "node:net"
import { connect as connectTls } from "node:tls"
import * as ConnectionLimits from "../../src/serve/ConnectionLimits.ts"
import * as TlsSettings from "../../src/serve/TlsSettings.ts"
import { tokens } from "../../src/simulate/Identities.ts"
import { bearer, path, test } from "../fixtures/Attacked.ts"
import * as Http2Frames from "../fixtures/Http2Frames.ts"
import { flags, frame, get, request, types } from "../fixtures/Http2Frames.ts"
import { Interception, nothing, reviewed } from "../fixtures/Interception.ts"
import * as LoopbackHttps from "../fixtures/LoopbackHttps.ts"
import * as WholeServer from "../fixtures/WholeServer.ts"

const start = `GET ${path} HTTP/1.1\r\nHost: it\r\nAuthorization: Bearer ${tokens.reader}\r\n`

const open = (make: (port: number) => Socket) =>
  Effect.flatMap(LoopbackHttps.port, (port) =>
    Effect.acquireRelease(
      Effect.sync(() => make(port).on("error", () => {})),
      (socket) => Effect.sync(() => socket.destroy())
    ))

const tcp = open((port) => connectTcp(port, "127.0.0.1"))

const tls = open((port) =>
  connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] })
)

/** The statuses that a client is told before the server ends its connection. */
const statuses = (socket: Socket) =>
  Effect.callback<ReadonlyArray<string>>((resume) => {
    let text = ""
    socket.on("data", (bytes: Buffer) => {
      text += bytes.toString()
    })
    socket.on("close", () => resume(Effect.succeed(text.match(/(?<=HTTP\/1\.1 )\d+/g) ?? [])))
  })

/** Says this, and nothing more. */
const saying = (text: string) =>
  Effect.flatMap(tls, (socket) => {
    socket.write(text)
    return statuses(socket)
  })

/** Says one character after the other, for as long as the server listens. */
const dripping = (text: string) =>
  Effect.gen(function*() {
    const socket = yield* tls
    yield* Effect.acquireRelease(
      Effect.sync(() => {
        let said = 0
        return setInterval(() => socket.write(text[said++ % text.length] ?? ""), 5)
      }),
      (timer) => Effect.sync(() => clearInterval(timer))
    )
    return yield* statuses(socket)
  })

const moment = Duration.seconds(3)
const limits = { ...ConnectionLimits.defaults, headers: moment, request: moment, idle: moment }

for (const disableHttp2Serving of [false, true]) {
  const protocols = { ...TlsSettings.defaults, disableHttp2Serving }
  const where = disableHttp2Serving ? "where HTTP/1.1 alone is spoken" : "where HTTP/2 is spoken, too"
  test(`who does not finish a handshake or a request, or asks nothing, is left ${where}`, () =>
    Effect.gen(function*() {
      const heard = yield* Effect.all({
        silentBeforeTls: Effect.flatMap(tcp, statuses),
        silent: saying(""),
        halfARequest: saying(start),
        slowHeaders: dripping(`${start}X-Slow: ${"x".repeat(100_000)}`),
        slowBody: saying(`${start.replace("GET", "POST")}Content-Length: 10\r\n\r\n1`),
        done: saying(`${start}\r\n`),
        expecting: saying(`${start}Expect: 100-continue\r\nContent-Length: 10\r\n\r\n`),
        upgrading: saying(`${start}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)
      }, { concurrency: "unbounded" })
      assert.deepStrictEqual(heard, {
        silentBeforeTls: [],
        silent: ["408"],
        halfARequest: ["408"],
        slowHeaders: ["408"],
        slowBody: ["405", "408"],
        done: ["200"],
        expecting: ["200"],
        upgrading: ["200"]
      })
    }), { https: { limits, protocols } })
}

/** Waits until the server has answered something, or ended it. */
const headers = (connection: Http2Frames.Connection, stream: number) =>
  Effect.map(connection.next((it) => it.stream === stream && it.type === types.headers), Option.isSome)

const ping = frame(types.ping, 0, 0, Buffer.alloc(8))

test("an HTTP/2 connection on which nothing is asked is left, whatever it does to look alive", () =>
  Effect.gen(function*() {
    const [idle, silent, half] = yield* Effect.all([Http2Frames.open(), Http2Frames.open(), Http2Frames.open()])
    yield* idle.send([request(1, path, bearer(tokens.reader))])
    assert.isTrue(yield* headers(idle, 1))
    yield* half.send([frame(types.headers, flags.endStream, 1, get(path))])
    for (let i = 0; i < 20; i++) {
      for (const connection of [idle, silent]) {
        yield* connection.send([ping])
        yield* connection.next(({ type }) => type === types.ping)
      }
      yield* TestClock.adjust("10 seconds")
    }
    for (const connection of [idle, silent, half]) yield* connection.closed
  }))

test("an HTTP/2 connection is left two minutes after its last request, however old it is", () =>
  Effect.gen(function*() {
    const connection = yield* Http2Frames.open()
    for (const stream of [1, 3, 5, 7]) {
      yield* connection.send([request(stream, path, bearer(tokens.reader))])
      assert.isTrue(yield* headers(connection, stream))
      // When this comes back the server knows that its answer was taken.
      yield* connection.send([ping])
      yield* connection.next(({ type }) => type === types.ping)
      yield* TestClock.adjust("110 seconds")
    }
    yield* TestClock.adjust("30 seconds")
    yield* connection.closed
  }))

test("an HTTP/2 connection on which a request waits is not left", () =>
  Effect.gen(function*() {
    const { intercept } = yield* Interception
    const begun = yield* Deferred.make<void>()
    const go = yield* Deferred.make<void>()
    yield* intercept((request, url) =>
      Deferred.succeed(begun, undefined).pipe(
        Effect.andThen(Deferred.await(go)),
        Effect.andThen(reviewed("tokenreviews", { authenticated: false })(request, url) ?? Effect.never)
      )
    )
    const connection = yield* Http2Frames.open()
    yield* connection.send([request(1, path, bearer("unknown"))])
    yield* Deferred.await(begun)
    yield* WholeServer.pass(8)
    yield* Deferred.succeed(go, undefined)
    assert.isTrue(yield* headers(connection, 1))
    yield* intercept(nothing)
  }), { https: { limits } })

test("answers that nobody takes are not kept", () =>
  Effect.gen(function*() {
    // By HTTP/2 its window is closed: not a byte of a body may be sent.
    const deaf = yield* Http2Frames.open({ 4: 0 })
    yield* deaf.send([request(1, path, bearer(tokens.reader))])
    assert.isTrue(yield* headers(deaf, 1))
    yield* TestClock.adjust("75 seconds")
    const cancelled = yield* deaf.next(({ type }) => type === types.reset)
    assert.deepStrictEqual(Option.map(cancelled, ({ stream }) => stream), Option.some(1))

    // By HTTP/1.1 it asks for more than fits on the way, and reads none of it. When its connection ends it cannot write.
    const paused = yield* tls
    paused.pause()
    paused.write(`${start.replace(path, "/openapi/v2")}\r\n`.repeat(5000))
    const goesOn = Effect.andThen(Effect.sync(() => paused.write("\r\n")), WholeServer.pass(10))
    yield* Effect.repeat(goesOn, { until: () => paused.destroyed })
  }))

/** An hour passes, and a few seconds; meanwhile the clock is set back by an hour. */
const hourSetBack = Effect.gen(function*() {
  yield* TestClock.setTime((yield* Clock.currentTimeMillis) - 3_600_000)
  yield* TestClock.adjust("3610 seconds")
})

test("nobody is waited for longer because the clock is set back", () =>
  Effect.gen(function*() {
    const deaf = yield* Http2Frames.open({ 4: 0 })
    yield* deaf.send([request(1, path, bearer(tokens.reader))])
    assert.isTrue(yield* headers(deaf, 1))
    yield* hourSetBack
    assert.isTrue(Option.isSome(yield* deaf.next(({ type }) => type === types.reset)))
    yield* hourSetBack
    yield* deaf.closed
  }))
