import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { HttpServer, HttpServerRequest, HttpServerResponse } from "effect/http"
import { createHash } from "node:crypto"
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2"
import { gunzipSync } from "node:zlib"
import * as Body from "../../../src/serve/Body.ts"
import * as Compression from "../../../src/serve/Compression.ts"
import * as PieceBuffers from "../../../src/serve/lists/PieceBuffers.ts"
import { piece } from "../../../src/serve/Pace.ts"
import { http1 } from "../../fixtures/HttpsClient.ts"
import * as LoopbackHttps from "../../fixtures/LoopbackHttps.ts"

const count = 40

/** What piece `index` of answer `seed` holds, all over. */
const byteOf = (seed: number, index: number) => (seed * 31 + index * 7) & 0xff

/** Pieces nearly as long as their room, as those of lists are. */
const pieces = function*(seed: number) {
  for (let index = 0; index < count; index++) {
    yield PieceBuffers.take(piece).fill(byteOf(seed, index)).subarray(0, piece - 100)
  }
}

const expected = (seed: number) =>
  Buffer.concat(Array.from({ length: count }, (_, index) => Buffer.alloc(piece - 100, byteOf(seed, index))))

/** The buffers that the answers of a seed were written in. */
const buffers = new Map<number, Set<ArrayBufferLike>>()
const noted = function*(seed: number, pieces: Iterable<Uint8Array>) {
  const used = new Set<ArrayBufferLike>()
  buffers.set(seed, used)
  for (const piece of pieces) {
    used.add(piece.buffer)
    yield piece
  }
}

/** One piece with room before and behind it, of so many bytes. */
const single = (seed: number, length: number) => {
  const { lead, take } = PieceBuffers
  return take(2 * lead + length).fill(byteOf(seed, 0)).subarray(lead, lead + length)
}

/** Longer than what a client takes at once. */
const long = piece - 2 * PieceBuffers.lead

const singles: Readonly<Record<string, number>> = { short: 9000, long }

const framed = (seed: number, length: number) =>
  Buffer.concat([Buffer.from("["), Buffer.alloc(length, byteOf(seed, 0)), Buffer.from("]")])

/** Paths such as `/counted/7`; of `/short/7` and `/long/7` there is one piece between two brackets. */
const served = HttpServer.serve(
  Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
    const [, kind, seed] = request.url.split("/")
    const length = singles[kind ?? ""]
    const bracket = (text: string) => Buffer.from(length === undefined ? "" : text)
    const body = Body.make({
      pieces: noted(Number(seed), length === undefined ? pieces(Number(seed)) : [single(Number(seed), length)]),
      around: () => [bracket("["), bracket("]")],
      isCounted: kind === "counted"
    }, "text/plain")
    const response = HttpServerResponse.setBody(HttpServerResponse.empty({ status: 200 }), body)
    return Effect.map(
      Compression.compress(response, request.headers["accept-encoding"] ?? ""),
      (response) => Body.giveBack(response, request)
    )
  })
).pipe(Layer.provideMerge(LoopbackHttps.layer))

const digest = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex")

/** An answer that has begun and waits to be read. */
const begun = (session: ClientHttp2Session, path: string) =>
  Effect.callback<Effect.Effect<Buffer, Error>, Error>((resume) => {
    const stream = session.request({ ":path": path })
    stream.on("error", (error) => resume(Effect.fail(error)))
    stream.on("response", () => resume(Effect.succeed(readAll(stream))))
  })

const readAll = (stream: ClientHttp2Stream) =>
  Effect.callback<Buffer, Error>((resume) => {
    const chunks: Array<Buffer> = []
    stream.on("error", (error) => resume(Effect.fail(error)))
    stream.on("end", () => resume(Effect.succeed(Buffer.concat(chunks))))
    stream.on("data", (chunk: Buffer) => chunks.push(chunk))
  })

const session = Effect.flatMap(LoopbackHttps.port, (port) =>
  Effect.acquireRelease(
    Effect.sync(() => connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false })),
    (session) => Effect.sync(() => session.destroy())
  ))

it.live("answers of which pieces share their buffers are whole, whoever reads them, and however slowly", () =>
  Effect.gen(function*() {
    const one = yield* session
    const port = yield* LoopbackHttps.port
    const kinds = ["counted", "uncounted"]
    const seeds = Array.from({ length: 12 }, (_, seed) => seed)
    // All of these wait while others come and go.
    const waiting = yield* Effect.forEach(seeds, (seed) => begun(one, `/${kinds[seed % 2]}/${seed}`))
    yield* Effect.forEach(seeds, (seed) =>
      Effect.forEach(kinds, (kind) =>
        Effect.gen(function*() {
          const path = `/${kind}/${100 + seed}`
          const plain = yield* http1({ port, path })
          assert.strictEqual(digest(plain.body), digest(expected(100 + seed)))
          const gzipped = yield* http1({ port, path, headers: { "accept-encoding": "gzip" } })
          assert.strictEqual(gzipped.headers["content-encoding"], "gzip")
          assert.strictEqual(digest(gunzipSync(gzipped.body)), digest(expected(100 + seed)))
        }), { discard: true }), { concurrency: 4, discard: true })
    const bodies = yield* Effect.all(waiting, { concurrency: "unbounded" })
    assert.deepStrictEqual(bodies.map(digest), seeds.map((seed) => digest(expected(seed))))
  }).pipe(Effect.scoped, Effect.provide(served)))

it.live("an answer of one piece is whole, although others are written while its client takes it", () =>
  Effect.gen(function*() {
    const one = yield* session
    const port = yield* LoopbackHttps.port
    const seeds = Array.from({ length: 12 }, (_, seed) => seed)
    const waiting = yield* Effect.forEach(seeds, (seed) => begun(one, `/long/${seed}`))
    yield* Effect.forEach(seeds, (seed) =>
      Effect.gen(function*() {
        const { body } = yield* http1({ port, path: `/long/${100 + seed}` })
        assert.isTrue(body.equals(framed(100 + seed, long)))
      }), { concurrency: 4, discard: true })
    const bodies = yield* Effect.all(waiting, { concurrency: "unbounded" })
    for (const [seed, body] of bodies.entries()) assert.isTrue(body.equals(framed(seed, long)))
  }).pipe(Effect.scoped, Effect.provide(served)))

it("a buffer is used again when the second piece after it has been asked for", () => {
  const lent = [...PieceBuffers.lend(pieces(0))].map(({ buffer }) => buffer)
  assert.isAtMost(new Set(lent).size, 3)
  for (const [index, buffer] of lent.entries()) assert.notInclude(lent.slice(index + 1, index + 3), buffer)
})

it.live("an answer that is sent has left all its buffers to the next one", () =>
  Effect.gen(function*() {
    const one = yield* session
    for (const seed of [1, 2]) yield* Effect.flatten(begun(one, `/uncounted/${seed}`))
    const [first = [], second = []] = [1, 2].map((seed) => [...buffers.get(seed) ?? []])
    assert.isNotEmpty(second)
    for (const buffer of second) assert.isTrue(first.includes(buffer))
  }).pipe(Effect.scoped, Effect.provide(served)))

it.live("a short answer is sent in the buffer it was written in, which is the next one's then", () =>
  Effect.gen(function*() {
    const one = yield* session
    const port = yield* LoopbackHttps.port
    const [first, second, third, fourth] = yield* Effect.all([
      Effect.flatten(begun(one, "/short/1")),
      Effect.flatten(begun(one, "/short/2")),
      Effect.map(http1({ port, path: "/short/3" }), ({ body }) => body),
      Effect.map(http1({ port, path: "/short/4" }), ({ body }) => body)
    ])
    const seeds = [1, 2, 3, 4]
    assert.deepStrictEqual([first, second, third, fourth], seeds.map((seed) => framed(seed, 9000)))
    assert.strictEqual(new Set(seeds.flatMap((seed) => [...buffers.get(seed) ?? []])).size, 1)
  }).pipe(Effect.scoped, Effect.provide(served)))

it.live("short answers under way at once do not share a buffer", () =>
  Effect.gen(function*() {
    const one = yield* session
    const seeds = Array.from({ length: 50 }, (_, seed) => seed)
    const answers = yield* Effect.forEach(seeds, (seed) => begun(one, `/short/${seed}`), { concurrency: "unbounded" })
    const bodies = yield* Effect.all(answers, { concurrency: "unbounded" })
    assert.deepStrictEqual(
      bodies.map((body) => body.subarray(1, -1).every((byte, _, all) => byte === all[0])),
      seeds.map(() => true)
    )
    assert.deepStrictEqual(bodies.map((body) => body[1]), seeds.map((seed) => byteOf(seed, 0)))
  }).pipe(Effect.scoped, Effect.provide(served)))

it("what has no room of its own for a frame is left alone", () => {
  const [before, after] = [Buffer.from("["), Buffer.from("]")]
  const whole = PieceBuffers.take(1)
  const foreign = new Uint8Array(piece).subarray(10, 20)
  for (const it of [foreign, whole, whole.subarray(0, 10), whole.subarray(1)]) {
    assert.isUndefined(PieceBuffers.framed(it, before, after))
  }
  assert.strictEqual(PieceBuffers.framed(whole.subarray(1, -1), before, after)?.length, whole.length)
})

it("what has grown is what it was, and leaves its room to the next short answer", () => {
  const written = PieceBuffers.take(1).fill(7)
  const grown = PieceBuffers.grow(written, written.length + 1)
  assert.strictEqual(grown.length, piece)
  assert.deepStrictEqual(grown.subarray(0, written.length), written)
  assert.strictEqual(PieceBuffers.take(1).buffer, written.buffer)
  assert.strictEqual(PieceBuffers.grow(written, piece + 1).length, piece + 1)
})
