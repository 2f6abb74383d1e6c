import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { ResponseReader } from "../../src/scrape/ResponseReader.ts"
import { upTo } from "../fixtures/Expositions.ts"

const limit = 1000

/** Reads pieces one after another, from a buffer that has held other things. */
const read = (...pieces: ReadonlyArray<string>) => {
  const reader = new ResponseReader(limit)
  const arrival = Buffer.alloc(4096, "\n")
  reader.begin()
  const isOver = pieces.map((piece) => reader.take(arrival, arrival.write(piece, "latin1"))).at(-1) ?? false
  return { reader, isOver }
}

const bodyOf = ({ body }: ResponseReader) => Buffer.from(body).toString("latin1")

const ok = "HTTP/1.1 200 OK\r\n"

describe("a response", () => {
  it("is over when as much has come as it says", () => {
    const { isOver, reader } = read(`${ok}Content-Length: 5\r\n\r\nhello`)
    assert.isTrue(isOver)
    assert.deepStrictEqual([reader.status, bodyOf(reader), reader.keepsAlive], [200, "hello", true])
    assert.isFalse(read(`${ok}Content-Length: 6\r\n\r\nhello`).isOver)
  })

  it("may come in chunks", () => {
    const { isOver, reader } = read(
      `${ok}Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;last=1\r\nlo\r\n0\r\nChecksum: 1\r\n\r\n`
    )
    assert.isTrue(isOver)
    assert.deepStrictEqual([bodyOf(reader), reader.keepsAlive], ["hello", true])
  })

  it("without a length ends with its connection", () => {
    const { isOver, reader } = read(`${ok}\r\nhel`, "lo")
    assert.isFalse(isOver)
    reader.end()
    assert.deepStrictEqual([bodyOf(reader), reader.keepsAlive, reader.problem], ["hello", false, undefined])
  })

  it.each([["204 No Content"], ["304 Not Modified"]])("%s has no body", (status) => {
    assert.isTrue(read(`HTTP/1.1 ${status}\r\n\r\n`).isOver)
  })

  it("may be announced", () => {
    const { reader } = read(`HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${ok}content-length: 2\r\n\r\nhi`)
    assert.deepStrictEqual([reader.status, bodyOf(reader)], [200, "hi"])
  })

  it.each([
    ["HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"],
    ["HTTP/1.1 200 OK\r\nconnection: x, Close\r\ncontent-length: 0\r\n\r\n"],
    ["HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"],
    ["HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nmore than that"]
  ])("is the last one of its connection: %j", (text) => {
    const { isOver, reader } = read(text)
    assert.isTrue(isOver)
    assert.deepStrictEqual([reader.problem, reader.keepsAlive], [undefined, false])
  })

  it.each([["gzip", true], ["X-GZip", true], ["identity", false]])("may be %s", (encoding, isGzip) => {
    const { isOver, reader } = read(`${ok}Content-Encoding: ${encoding}\r\nContent-Length: 2\r\n\r\nhi`)
    assert.isTrue(isOver)
    assert.deepStrictEqual([reader.isGzip, reader.problem], [isGzip, undefined])
  })

  it("lends its body until it is released, and the room is another's then", () => {
    const [first, second] = [read(`${ok}Content-Length: 5\r\n\r\nfirst`), read(`${ok}Content-Length: 6\r\n\r\nsecond`)]
    assert.deepStrictEqual([bodyOf(first.reader), bodyOf(second.reader)], ["first", "second"])
    const { buffer } = first.reader.body
    first.reader.release()
    assert.strictEqual(bodyOf(first.reader), "")
    assert.strictEqual(read(`${ok}Content-Length: 5\r\n\r\nthird`).reader.body.buffer, buffer)
    assert.strictEqual(bodyOf(second.reader), "second")
  })

  it("is followed by another one that knows nothing of it", () => {
    const reader = new ResponseReader(limit)
    const chunked = "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"
    for (const text of [chunked, "Content-Length: 2\r\n\r\nbc"]) {
      reader.begin()
      assert.isTrue(reader.isEmpty)
      const piece = Buffer.from(`${ok}${text}`)
      assert.isTrue(reader.take(piece, piece.length))
      assert.isFalse(reader.isEmpty)
    }
    assert.deepStrictEqual([bodyOf(reader), reader.isGzip], ["bc", false])
  })
})

describe("what is no response, or none that is wanted", () => {
  it.each(
    [
      ["malformed_page", "\u0015\u0003\u0001\u0000\u0002\u0002P\r\n", /begins with/],
      ["malformed_page", "HTTP/2 200\r\n", /begins with/],
      ["malformed_page", "HTTP/1.1 2000 OK\r\n", /begins with/],
      ["malformed_page", `${ok}Content-Length: -1\r\n`, /length is "-1"/],
      ["malformed_page", `${ok}Content-Length: 5, 5\r\n`, /length is "5, 5"/],
      ["malformed_page", `${ok}Transfer-Encoding: gzip, chunked\r\n`, /transfer encoding is "gzip, chunked"/],
      ["malformed_page", `${ok}Content-Encoding: zstd\r\n`, /"zstd", was not asked for/],
      ["malformed_page", `${ok}Content-Encoding: gzip, gzip\r\n`, /"gzip, gzip", was not asked for/],
      ["malformed_page", `${ok}Transfer-Encoding: chunked\r\n\r\nlarge\r\n`, /size of a chunk is "large"/],
      ["malformed_page", `${ok}Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n`, /longer than it says/],
      ["body_too_large", `${ok}Content-Length: ${limit + 1}\r\n\r\n${"x".repeat(limit + 1)}`, /exceeds 1000 bytes/],
      ["body_too_large", `${ok}\r\n${"x".repeat(limit + 1)}`, /exceeds 1000 bytes/]
    ] as const
  )("%s: %j", (reason, text, says) => {
    const { reader } = read(text)
    assert.strictEqual(reader.problem?.reason, reason)
    assert.match(reader.problem?.detail ?? "", says)
    assert.isFalse(reader.keepsAlive)
  })

  it("is a head that never ends", () => {
    const { isOver, reader } = read(ok, ...Array.from({ length: 100 }, () => "X-Header: 12345\r\n".repeat(50)))
    assert.isTrue(isOver)
    assert.deepStrictEqual(reader.problem, { reason: "malformed_page", detail: "its head is too long" })
  })

  it.each([
    [""],
    ["HTTP/1.1 200"],
    [`${ok}Content-Length: 6\r\n\r\nhello`],
    [`${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`]
  ])("ends too early: %j", (text) => {
    const { reader } = read(text)
    reader.end()
    assert.strictEqual(reader.problem?.reason, "reset")
  })
})

describe("the pieces of a response", () => {
  const Response = Schema.Struct({
    chunks: Schema.Array(Schema.String.check(Schema.isPattern(/^[\r\n0-9a-f:;]{1,12}$/))).check(Schema.isMaxLength(8)),
    framing: Schema.Literals(["sized", "chunked", "unsized"]),
    cuts: Schema.Array(upTo(400))
  })

  const print = ({ chunks, framing }: typeof Response.Type) => {
    const body = chunks.join("")
    switch (framing) {
      case "sized":
        return `${ok}Content-Length: ${body.length}\r\n\r\n${body}`
      case "chunked":
        return `${ok}Transfer-Encoding: chunked\r\n\r\n${
          chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join("")
        }0\r\n\r\n`
      case "unsized":
        return `${ok}\r\n${body}`
    }
  }

  it.prop("may be cut anywhere", { response: Response }, ({ response }) => {
    const text = print(response)
    const cuts = [0, ...response.cuts.map((cut) => cut % (text.length + 1)).toSorted((a, b) => a - b), text.length]
    const { reader } = read(...cuts.slice(1).map((cut, i) => text.slice(cuts[i], cut)))
    if (response.framing === "unsized") reader.end()
    assert.strictEqual(reader.problem, undefined)
    assert.strictEqual(bodyOf(reader), response.chunks.join(""))
  }, { arbitrary: { runs: 1000 } })
})
