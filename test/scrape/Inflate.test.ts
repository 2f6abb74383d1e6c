/** DEFLATE, held to zlib: whatever it compresses is unpacked, and whatever it refuses is refused. */
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { deflateRawSync, type ZlibOptions } from "node:zlib"
import { inflate } from "../../src/scrape/Inflate.ts"
import { upTo } from "../fixtures/Expositions.ts"
import { inflated } from "../fixtures/Inflated.ts"

/** What texts, pictures and noise look like to a compressor: few bytes or many, and what came before comes again. */
const Content = Schema.Array(Schema.Struct({ of: upTo(255), times: upTo(300), back: upTo(40_000) }))

const bytesOf = (content: typeof Content.Type) => {
  const bytes: Array<number> = []
  for (const { back, of, times } of content) {
    for (let time = 0; time < times; time++) bytes.push(bytes.at(-back) ?? (of * (time % (1 + of % 7) + 1)) & 255)
  }
  return Uint8Array.from(bytes)
}

/** All levels, all strategies, windows of all sizes. */
const options = (seed: number): ZlibOptions => ({
  level: seed % 10,
  strategy: Math.floor(seed / 10) % 5,
  windowBits: 9 + Math.floor(seed / 50) % 7,
  memLevel: 4 + Math.floor(seed / 350) % 6
})

/** Something stands behind it, as in a gzip, which is not to be taken for a part of it. */
const unpack = (input: Uint8Array, size: number) => {
  const output = new Uint8Array(size)
  const end = inflate(Buffer.concat([input, Buffer.alloc(8, 0xff)]), 0, output)
  return { end: end > input.length ? -1 : end, output }
}

describe("what zlib has compressed", () => {
  it.prop(
    "is unpacked, however that was",
    { content: Content, seed: upTo(2099) },
    ({ content, seed }) => {
      const bytes = bytesOf(content)
      const compressed = deflateRawSync(bytes, options(seed))
      const { end, output } = unpack(compressed, bytes.length)
      assert.strictEqual(end, compressed.length)
      assert.isTrue(Buffer.from(output).equals(bytes))
    },
    { arbitrary: { runs: 500 } }
  )

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])("is unpacked when it is as long as many blocks, at level %i", (level) => {
    const bytes = Uint8Array.from(
      { length: 300_000 },
      (_, index) => index % 40_000 < 20_000 ? index * index >>> 7 : index % 251
    )
    const compressed = deflateRawSync(bytes, { level })
    const { end, output } = unpack(compressed, bytes.length)
    assert.strictEqual(end, compressed.length)
    assert.isTrue(Buffer.from(output).equals(bytes))
  })

  it.prop(
    "and was damaged is refused where zlib refuses it, and comes to the same elsewhere",
    { content: Content, seed: upTo(2099), at: upTo(10_000), bit: upTo(7), cut: upTo(20_000) },
    ({ at, bit, content, cut, seed }) => {
      const bytes = bytesOf(content)
      const damaged = deflateRawSync(bytes, options(seed))
      damaged[at % damaged.length]! ^= 1 << bit
      const input = damaged.subarray(0, cut % (damaged.length * 2))
      const expected = inflated(input)
      const { end, output } = unpack(input, expected?.length ?? bytes.length)
      assert.strictEqual(end >= 0, expected !== undefined)
      if (expected !== undefined) assert.isTrue(expected.equals(output))
    },
    { arbitrary: { runs: 2000 } }
  )

  it.prop(
    "is of the size that is wanted, or refused",
    { content: Content, seed: upTo(2099), other: upTo(1000) },
    ({ content, other, seed }) => {
      const bytes = bytesOf(content)
      const { end } = unpack(deflateRawSync(bytes, options(seed)), other)
      assert.strictEqual(end >= 0, other === bytes.length)
    }
  )

  it.each([[64, true], [65, false]])("may have %i blocks that say nothing: %s", (times, isTaken) => {
    // The code that is fixed, and the end of the block: ten bits, of which the second is set; in the last block the first, too.
    const bits = "0100000000".repeat(times) + "1100000000"
    const bytes = bits.padEnd(Math.ceil(bits.length / 8) * 8, "0").match(/.{8}/g) ?? []
    const input = Uint8Array.from(bytes, (byte) => Number.parseInt([...byte].reverse().join(""), 2))
    assert.strictEqual(unpack(input, 0).end, isTaken ? input.length : -1)
  })

  it("ends where it ends, whatever follows", () => {
    const compressed = deflateRawSync("a page of metrics, a page of metrics")
    const behind = Buffer.concat([Buffer.from("head"), compressed, Buffer.alloc(20, 0xff)])
    assert.strictEqual(inflate(behind, 4, new Uint8Array(36)), 4 + compressed.length)
  })
})
