/** Clients that do much of what costs them little, over real sockets; after each the next honest request is answered. */
import { assert } from "@effect/vitest"
import { Deferred, Effect, Option } from "effect"
import { connect } from "node:net"
import { connect as connectTls } from "node:tls"
import { tokens } from "../../src/simulate/Identities.ts"
import { bearer, path, test } from "../fixtures/Attacked.ts"
import * as Http2Frames from "../fixtures/Http2Frames.ts"
import { errors, flags, frame, get, request, types, uint32 } from "../fixtures/Http2Frames.ts"
import { Interception, nothing, reviewed } from "../fixtures/Interception.ts"
import * as LoopbackHttps from "../fixtures/LoopbackHttps.ts"
import * as WholeServer from "../fixtures/WholeServer.ts"

const many = <A>(count: number, make: (i: number) => A) => Array.from({ length: count }, (_, i) => make(i))

/** Rights that are not told until somebody says so, and how many questions about them there were. */
const pending = Effect.gen(function*() {
  const { intercept } = yield* Interception
  const go = yield* Deferred.make<void>()
  let asked = 0
  yield* intercept((request, url) => {
    const answer = reviewed("subjectaccessreviews", { allowed: true })(request, url)
    if (answer === undefined) return undefined
    asked++
    return Effect.andThen(Deferred.await(go), answer)
  })
  return {
    asked: () => asked,
    go: Effect.andThen(Deferred.succeed(go, undefined), intercept(nothing))
  }
})

const codeOf = Option.map(({ payload }: Http2Frames.Frame) => payload.readUInt32BE(0))

const cancel = (stream: number) => frame(types.reset, 0, stream, uint32(errors.cancel))

test("who asks and cancels faster than requests are answered is cut off", () =>
  Effect.gen(function*() {
    const rights = yield* pending
    const connection = yield* Http2Frames.open()
    const asking = many(
      2000,
      (i) => Buffer.concat([request(2 * i + 1, `${path}/${i}`, bearer(tokens.reader)), cancel(2 * i + 1)])
    )
    yield* connection.send(asking)
    yield* connection.closed
    yield* WholeServer.pass(1)
    assert.isBelow(rights.asked(), 1000)
    yield* rights.go
  }))

test("who cancels as people do is not cut off", () =>
  Effect.gen(function*() {
    const connection = yield* Http2Frames.open()
    yield* connection.send([
      ...many(
        300,
        (i) => Buffer.concat([request(2 * i + 1, `${path}/${i}`, bearer(tokens.reader)), cancel(2 * i + 1)])
      ),
      request(601, path, bearer(tokens.reader))
    ])
    const answered = yield* connection.next(({ stream, type }) => stream === 601 && type === types.headers)
    assert.isTrue(Option.isSome(answered))
  }))

test("a connection has no more requests under way than it may, whatever it agrees to", () =>
  Effect.gen(function*() {
    const rights = yield* pending
    const connection = yield* Http2Frames.open()
    yield* connection.send(many(150, (i) => request(2 * i + 1, `${path}/${i}`, bearer(tokens.reader))))
    const refused = yield* connection.next(({ type }) => type === types.reset)
    assert.deepStrictEqual(codeOf(refused), Option.some(errors.refusedStream))
    yield* WholeServer.pass(1)
    assert.isAtMost(rights.asked(), 100)
    yield* rights.go
  }))

const entry = Buffer.concat([Buffer.from([0x40, 1, 120, 127, 0xa1, 0x1e]), Buffer.alloc(4000, "x")])

/** A header block of some kilobytes that unpacks to megabytes: one long header, and references to it. */
const bomb = (stream: number) =>
  frame(
    types.headers,
    flags.endHeaders | flags.endStream,
    stream,
    Buffer.concat([get(path, bearer(tokens.reader)), ...stream === 1 ? [entry] : [], Buffer.alloc(4000, 0x80 | 62)])
  )

test("headers that unpack to a thousand times their size are not unpacked for long", () =>
  Effect.gen(function*() {
    const connection = yield* Http2Frames.open()
    yield* connection.send(many(100, (i) => bomb(2 * i + 1)))
    const refused = yield* connection.next(({ type }) => type === types.reset)
    assert.deepStrictEqual(codeOf(refused), Option.some(errors.enhanceYourCalm))
  }))

const floods: ReadonlyArray<readonly [what: string, frames: ReadonlyArray<Buffer>]> = [
  ["pings", many(200_000, () => frame(types.ping, 0, 0, Buffer.alloc(8)))],
  ["settings", many(200_000, () => frame(types.settings))],
  ["headers without end", [
    frame(types.headers, flags.endStream, 1, get(path)),
    ...many(1000, () => frame(types.continuation, 0, 1))
  ]],
  ["empty pieces of a body", [
    frame(types.headers, flags.endHeaders, 1, get(path, bearer(tokens.reader))),
    ...many(20_000, () => frame(types.data, 0, 1))
  ]],
  [
    "priorities of streams that there are not",
    many(20_000, (i) => frame(types.priority, 0, 2 * i + 1, uint32(0, 0).subarray(0, 5)))
  ],
  ["credit without end", many(3, () => frame(types.windowUpdate, 0, 0, uint32(0x7fffffff)))],
  ["words of another protocol", [Buffer.alloc(100_000, "GET / HTTP/1.1\r\n\r\n")]]
]

for (const [what, frames] of floods) {
  test(`${what} end a connection`, () =>
    Effect.gen(function*() {
      const connection = yield* Http2Frames.open()
      yield* connection.send(frames)
      yield* connection.closed
    }))
}

test("requests by the thousand behind one another are answered, refused or cut off, and nobody else is", () =>
  Effect.gen(function*() {
    const port = yield* LoopbackHttps.port
    const answers = yield* Effect.callback<string>((resume) => {
      let text = ""
      const options = { port, host: "127.0.0.1", rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] }
      const socket = connectTls(options, () => {
        socket.end(`GET ${path} HTTP/1.1\r\nHost: it\r\nAuthorization: Bearer nobody's\r\n\r\n`.repeat(5000))
      })
      socket.on("data", (bytes: Buffer) => {
        text += bytes.toString()
      })
      socket.on("error", () => {})
      socket.on("close", () => resume(Effect.succeed(text)))
    })
    const statuses = new Set(answers.match(/(?<=^HTTP\/1\.1 )\d+/gm))
    assert.includeMembers(["401", "429"], [...statuses])
  }))

test("handshakes by the hundred that nobody finishes are nobody's trouble", () =>
  Effect.gen(function*() {
    const port = yield* LoopbackHttps.port
    for (const hello of [Buffer.alloc(0), Buffer.from([22, 3, 1, 0, 200, 1]), Buffer.alloc(300, 255)]) {
      yield* Effect.forEach(many(100, (i) => i), () =>
        Effect.acquireRelease(
          Effect.callback<ReturnType<typeof connect>>((resume) => {
            const socket = connect(port, "127.0.0.1", () => socket.write(hello, () => resume(Effect.succeed(socket))))
            socket.on("error", () => {})
          }),
          (socket) => Effect.sync(() => socket.destroy())
        ), { concurrency: "unbounded", discard: true })
    }
  }))
