/** Compressed bodies: what is unpacked, and what every damage comes to. */
import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { randomBytes } from "node:crypto"
import { buffer } from "node:stream/consumers"
import { constants, createGzip, gzipSync } from "node:zlib"
import { unzip } from "../../src/scrape/Gzip.ts"
import { upTo } from "../fixtures/Expositions.ts"

const limit = 100_000

const textOf = (body: Uint8Array) => Result.map(unzip(body, limit), (bytes) => Buffer.from(bytes).toString())

const problemOf = (body: Uint8Array) => Result.getOrThrow(Result.flip(textOf(body)))

const page = "node_cpu_usage_seconds_total 12.5 1\n".repeat(100)

/** The same with a head that says more: a flag for what follows its ten bytes. */
const withHead = (flags: number, more: string) => {
  const whole = gzipSync(page)
  whole[3] = flags
  return Buffer.concat([whole.subarray(0, 10), Buffer.from(more, "latin1"), whole.subarray(10)])
}

describe("a compressed body", () => {
  it.prop(
    "is what it was before",
    { text: Schema.String, level: upTo(9) },
    ({ level, text }) =>
      assert.deepStrictEqual(textOf(gzipSync(text, { level })), Result.succeed(Buffer.from(text).toString()))
  )

  it.each([
    ["an extra field", 4, "\u0003\u0000abc"],
    ["a file name", 8, "page.txt\u0000"],
    ["a comment", 16, "of today\u0000"],
    ["a CRC of its head", 2, "\u0001\u0002"],
    ["all of these", 30, "\u0001\u0000xname\u0000comment\u0000\u0001\u0002"]
  ])("may have %s", (_, flags, more) => assert.deepStrictEqual(textOf(withHead(flags, more)), Result.succeed(page)))

  it("may be large now and then", () => {
    const [large, small] = ["x".repeat(limit), "y"]
    for (const text of [large, small, large]) assert.deepStrictEqual(textOf(gzipSync(text)), Result.succeed(text))
  })

  it("may be two of them, one behind the other", () =>
    assert.deepStrictEqual(textOf(Buffer.concat([gzipSync(page), gzipSync(page)])), Result.succeed(page + page)))

  it("may come in any number of blocks, as from who compresses what comes, bit by bit", async () => {
    const gzip = createGzip()
    const body = buffer(gzip)
    for (let at = 0; at < page.length; at += 8) {
      gzip.write(page.slice(at, at + 8))
      await new Promise<void>((done) => gzip.flush(constants.Z_SYNC_FLUSH, done))
    }
    gzip.end()
    assert.deepStrictEqual(textOf(await body), Result.succeed(page))
  })

  it("of odd make is taken up to a size, in which nothing takes long", () => {
    const large = Buffer.concat([gzipSync(randomBytes(256 * 1024)), gzipSync(page)])
    assert.strictEqual(Result.getOrThrow(Result.flip(unzip(large, 10 * 1024 * 1024))).reason, "malformed_page")
  })

  it("that is too large is not unpacked", () =>
    assert.deepStrictEqual(problemOf(gzipSync("x".repeat(limit + 1))), {
      reason: "body_too_large",
      detail: "the answer exceeds 100000 bytes when it is unpacked"
    }))

  it("that says less than it comes to goes no further than that", () => {
    const bomb = gzipSync("x".repeat(10_000_000))
    bomb.writeUInt32LE(1000, bomb.length - 4)
    assert.strictEqual(problemOf(bomb).reason, "body_too_large")
  })

  it.each([
    ["nothing", Buffer.alloc(0)],
    ["a page", Buffer.from(page)],
    ["half of one", gzipSync(page).subarray(0, 50)],
    ["one without its end", gzipSync(page).subarray(0, -1)],
    ["a head whose name never ends", withHead(8, "").fill("n", 10)],
    ["a head with an extra field beyond its end", withHead(4, "\u00ff\u00ff")],
    ["one with flags that are not known", withHead(32, "")]
  ])("that is %s is none", (_, body) =>
    assert.deepStrictEqual(problemOf(body), {
      reason: "malformed_page",
      detail: "its body is not the gzip that it is said to be, or breaks off"
    }))

  it.prop("with one wrong bit is none, or what it was", { at: upTo(10_000), bit: upTo(7) }, ({ at, bit }) => {
    const body = gzipSync(page)
    body[at % body.length]! ^= 1 << bit
    assert.strictEqual(Result.getOrElse(textOf(body), () => page), page)
  }, { arbitrary: { runs: 500 } })
})
