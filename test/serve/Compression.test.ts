import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { HttpServerResponse } from "effect/http"
import { gunzipSync } from "node:zlib"
import { compress } from "../../src/serve/Compression.ts"

const text = (length: number) => "metrics ".repeat(length / 8)

const answer = Effect.fnUntraced(function*(length: number, acceptEncoding: string) {
  const compressed = yield* compress(
    HttpServerResponse.text(text(length), { contentType: "application/json" }),
    acceptEncoding
  )
  const { headers, body } = HttpServerResponse.toWeb(compressed)
  const bytes = Buffer.from(yield* Effect.promise(() => new Response(body).arrayBuffer()))
  return { headers, bytes }
})

const limit = 128 * 1024

const streamed = (pieces: number, acceptEncoding: string) =>
  Effect.gen(function*() {
    const body = Stream.fromIterable(Array.from({ length: pieces }, () => Buffer.from(text(limit))), { chunkSize: 1 })
    const compressed = yield* compress(
      HttpServerResponse.stream(body, { contentType: "application/json" }),
      acceptEncoding
    )
    const { body: sent, headers } = HttpServerResponse.toWeb(compressed)
    return { headers, bytes: Buffer.from(yield* Effect.promise(() => new Response(sent).arrayBuffer())) }
  })

describe("compression", () => {
  it.live("an answer that comes bit by bit is compressed bit by bit", () =>
    Effect.gen(function*() {
      const { bytes, headers } = yield* streamed(20, "gzip")
      assert.strictEqual(headers.get("content-encoding"), "gzip")
      assert.strictEqual(gunzipSync(bytes).toString(), text(20 * limit))
      const plain = yield* streamed(2, "identity")
      assert.isNull(plain.headers.get("content-encoding"))
      assert.strictEqual(plain.bytes.length, 2 * limit)
    }))

  it.effect.each(["gzip", "deflate,gzip", "gzip, deflate, br", "gzip;q=0.5, gzip"])(
    "a large answer is compressed for Accept-Encoding: %s",
    (acceptEncoding) =>
      Effect.gen(function*() {
        const { bytes, headers } = yield* answer(limit + 8, acceptEncoding)
        assert.strictEqual(headers.get("content-encoding"), "gzip")
        assert.strictEqual(headers.get("vary"), "Accept-Encoding")
        assert.strictEqual(headers.get("content-type"), "application/json")
        assert.isBelow(bytes.length, limit)
        assert.strictEqual(gunzipSync(bytes).toString(), text(limit + 8))
      })
  )

  it.effect.each(
    [
      [limit, "gzip"],
      [limit + 8, ""],
      [limit + 8, "deflate"],
      [limit + 8, "identity, x-gzip"],
      [limit + 8, "gzip;q=0"],
      [limit + 8, "deflate, gzip;q=0.5"]
    ] as const
  )(
    "%i bytes for Accept-Encoding: %s stay as they are",
    ([length, acceptEncoding]) =>
      Effect.gen(function*() {
        const { bytes, headers } = yield* answer(length, acceptEncoding)
        assert.isNull(headers.get("content-encoding"))
        assert.isNull(headers.get("vary"))
        assert.strictEqual(bytes.length, length)
      })
  )
})
