/** Requests that are larger than any honest one, and the largest honest ones, over real sockets. */
import { assert } from "@effect/vitest"
import { Effect, Option } from "effect"
import { connect } from "node:tls"
import { Identities, tokens } from "../../src/simulate/Identities.ts"
import { ask, bearer, path, test } from "../fixtures/Attacked.ts"
import * as Http2Frames from "../fixtures/Http2Frames.ts"
import { http1, http2 } from "../fixtures/HttpsClient.ts"
import * as LoopbackHttps from "../fixtures/LoopbackHttps.ts"

/** Sends a request by HTTP/1.1 whose body goes on for as long as the server takes it; what it answers before it ends it. */
const endless = Effect.fnUntraced(function*(head: string) {
  const port = yield* LoopbackHttps.port
  return yield* Effect.callback<string>((resume) => {
    let answer = ""
    const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`
    const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] })
    const go = () => {
      while (!socket.destroyed && socket.write(chunk));
    }
    socket.on("secureConnect", () => {
      socket.write(head)
      go()
    })
    socket.on("drain", go)
    socket.on("data", (bytes: Buffer) => {
      answer += bytes.toString()
    })
    socket.on("error", () => {})
    socket.on("close", () => resume(Effect.succeed(answer)))
  })
})

const statusOf = (body: Buffer) => {
  const { code, kind, reason } = JSON.parse(body.toString())
  return { kind, reason, code }
}

test("a header that is too large is refused in our own words", () =>
  Effect.gen(function*() {
    const port = yield* LoopbackHttps.port
    const headers = { "x-large": "x".repeat(128 * 1024) }
    const refused = yield* http1({ port, path, headers })
    assert.strictEqual(refused.status, 431)
    assert.deepStrictEqual(statusOf(refused.body), { kind: "Status", reason: "RequestEntityTooLarge", code: 431 })
  }))

test("headers that are too large are refused, and their HTTP/2 connection goes on", () =>
  Effect.gen(function*() {
    const { flags, frame, get, request, types } = Http2Frames
    const connection = yield* Http2Frames.open()
    // Until the client has agreed to it a limit does not hold.
    yield* connection.send([frame(types.settings, flags.acknowledged)])
    const large = get(path, {
      x: Array.from({ length: 1800 }, () => "a header of a hundred bytes or so, which is not much by itself")
    })
    yield* connection.send([
      frame(types.headers, flags.endStream, 1, large.subarray(0, 16_000)),
      ...[1, 2, 3, 4, 5, 6, 7, 8].map((i) =>
        frame(types.continuation, i === 8 ? flags.endHeaders : 0, 1, large.subarray(i * 16_000, (i + 1) * 16_000))
      ),
      request(3, path, bearer(tokens.reader))
    ])
    const refused = yield* connection.next(({ stream, type }) => stream === 1 && type === types.reset)
    assert.deepStrictEqual(Option.map(refused, ({ payload }) => payload.readUInt32BE(0)), Option.some(11))
    const answered = yield* connection.next(({ stream, type }) => stream === 3 && type === types.headers)
    assert.isTrue(Option.isSome(answered))
  }))

test("a URL that is too long is refused in our own words, before anything in it is looked at", () =>
  Effect.gen(function*() {
    const port = yield* LoopbackHttps.port
    for (const client of [http1, http2]) {
      for (
        const long of [`${path}?labelSelector=${"!a,".repeat(8000)}!a`, `/${"a".repeat(60_000)}`, "/".repeat(60_000)]
      ) {
        const { body, status } = yield* client({ port, path: long, headers: bearer(tokens.reader) })
        assert.strictEqual(status, 414)
        assert.deepStrictEqual(statusOf(body), { kind: "Status", reason: "RequestEntityTooLarge", code: 414 })
      }
    }
    assert.strictEqual((yield* http1({ port, path: `/${"a".repeat(140_000)}` })).status, 431)
  }))

test("a user of a thousand groups is let in by the last of them", () =>
  Effect.gen(function*() {
    const { clients } = yield* Identities
    const groups = Array.from({ length: 1000 }, (_, i) => `oidc:a group with a name of some length, number ${i}`)
    const headers = { "x-remote-user": "jane", "x-remote-group": [...groups, "system:masters"] }
    for (const client of [http1, http2]) {
      assert.strictEqual(yield* ask({ headers, pair: clients["front-proxy-client"] }, client), "200")
    }
  }))

test("a body without end is not waited for: the answer comes, and the connection ends", () =>
  Effect.gen(function*() {
    const head = `POST ${path} HTTP/1.1\r\nHost: it\r\nAuthorization: Bearer ${tokens.reader}\r\n`
    for (const length of ["Transfer-Encoding: chunked", "Content-Length: 1000000000000"]) {
      assert.match(yield* endless(`${head}${length}\r\n\r\n`), /^HTTP\/1\.1 405 /)
    }
  }))

test("a body without end is not read by HTTP/2 either", () =>
  Effect.gen(function*() {
    const { flags, frame, get, types } = Http2Frames
    const connection = yield* Http2Frames.open()
    yield* connection.send([frame(types.headers, flags.endHeaders, 1, get(path, bearer(tokens.reader)))])
    const data = Array.from({ length: 16 }, () => frame(types.data, 0, 1, Buffer.alloc(16_384)))
    yield* connection.send(data)
    const given = yield* connection.next(({ stream, type }) => stream === 1 && type === types.windowUpdate)
    assert.isTrue(Option.isNone(given))
  }))
