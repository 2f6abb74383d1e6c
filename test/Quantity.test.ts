import { assert, describe, it } from "@effect/vitest"
import { Duration, Option, Schema } from "effect"
import {
  formatBytes,
  formatCpu,
  formatGoDuration,
  formatTimestamp,
  parseBytes,
  parseCpu,
  parseGoDuration,
  parseQuantity
} from "../src/Quantity.ts"

const natural = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }))

/** A few digits and many zeros, binary or decimal: where suffixes change. */
const round = (base: number, powers: number) =>
  Schema.Struct({
    digits: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 8000 })),
    power: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: powers }))
  }).pipe((schema) => ({ schema, value: (it: typeof schema.Type) => it.digits * base ** it.power }))
const decimal = round(10, 12)
const binary = round(1024, 4)

describe("Quantity", () => {
  it.each([
    [0, "0"],
    [1, "1n"],
    [80, "80n"],
    [1080, "1080n"],
    [1000, "1u"],
    [80_000, "80u"],
    [968_390_000, "968390u"],
    [80_000_000, "80m"],
    [1_080_000_000, "1080m"],
    [1_000_000_000, "1"],
    [1_500_000_000, "1500m"],
    [1_000_000_000_000, "1k"],
    [1_234_000_000_000_000, "1234k"]
  ])("%d billionths of a core are %s", (nanocores, text) => assert.strictEqual(formatCpu(nanocores), text))

  it.each([
    [0, "0"],
    [5, "5"],
    [500, "500"],
    [1000, "1k"],
    [1023, "1023"],
    [1024, "1Ki"],
    [1025, "1025"],
    [6 * 1024, "6Ki"],
    [2000, "2000"],
    [16_777_216, "16Mi"],
    [300 * 1024 ** 2, "300Mi"],
    [1001 * 1024 ** 3, "1001Gi"],
    [1_609_199_616, "1571484Ki"],
    [1024 ** 4, "1Ti"],
    [2 * 1024 ** 5, "2Pi"]
  ])("%d bytes are %s", (bytes, text) => assert.strictEqual(formatBytes(bytes), text))

  it.prop(
    "a quantity of CPU that was written is read back as it was",
    { nanocores: natural },
    ({ nanocores }) => assert.deepStrictEqual(parseCpu(formatCpu(nanocores)), Option.some(nanocores))
  )

  it.prop(
    "so is one that ends in zeros",
    { cpu: decimal.schema },
    ({ cpu }) => assert.deepStrictEqual(parseCpu(formatCpu(decimal.value(cpu))), Option.some(decimal.value(cpu)))
  )

  it.prop(
    "a quantity of memory that was written is read back as it was",
    { bytes: natural },
    ({ bytes }) => assert.deepStrictEqual(parseBytes(formatBytes(bytes)), Option.some(bytes))
  )

  it.prop(
    "so is one of round size, which has the greatest suffix that fits",
    { memory: binary.schema },
    ({ memory }) => {
      const bytes = binary.value(memory)
      assert.deepStrictEqual(parseBytes(formatBytes(bytes)), Option.some(bytes))
      assert.isTrue(bytes < 1024 || Number.parseInt(formatBytes(bytes), 10) % 1024 !== 0)
    }
  )

  it.each([
    ["1", 1_000_000_000n],
    ["1.", 1_000_000_000n],
    [".001", 1_000_000n],
    ["-1.5", -1_500_000_000n],
    ["+250m", 250_000_000n],
    ["100.035k", 100_035_000_000_000n],
    ["0.5Mi", 524_288_000_000_000n],
    ["100.035Ki", 102_435_840_000_000n],
    ["1e3", 1_000_000_000_000n],
    ["1E-3", 1_000_000n],
    ["12E", 12_000_000_000_000_000_000_000_000_000n],
    ["3.001n", 4n],
    ["-0.9n", -1n],
    ["0.000000000001Ki", 2n]
  ])("%s is read", (text, billionths) => assert.deepStrictEqual(parseQuantity(text), Option.some(billionths)))

  it.each(["", ".", "-", "1.1.M", "1+1.0M", "0.1mi", "0.1am", "aoeu", ".5i", "1i", "-3.01e-", " 1", "1 ", "1K", "NaN"])(
    "%j is no quantity",
    (text) => assert.deepStrictEqual(parseQuantity(text), Option.none())
  )
})

describe("Go durations", () => {
  it.each([
    [0, "0s"],
    [1, "1ms"],
    [500, "500ms"],
    [1000, "1s"],
    [15_003, "15.003s"],
    [60_000, "1m0s"],
    [61_500, "1m1.5s"],
    [3_600_000, "1h0m0s"],
    [90_061_010, "25h1m1.01s"],
    [-1500, "-1.5s"]
  ])("%d ms are %s", (millis, text) => assert.strictEqual(formatGoDuration(millis), text))

  it.prop(
    "a duration that was written is read back as it was",
    { millis: natural },
    ({ millis }) =>
      assert.deepStrictEqual(parseGoDuration(formatGoDuration(millis)), Option.some(Duration.millis(millis)))
  )

  it.each(
    [
      ["0", Duration.zero],
      ["1m30s", Duration.seconds(90)],
      ["1.5h", Duration.minutes(90)],
      [".5s", Duration.millis(500)],
      ["+5m", Duration.minutes(5)],
      ["-1s", Duration.seconds(-1)],
      ["1.5\u00b5s", Duration.nanos(1500n)],
      ["1us1ns", Duration.nanos(1001n)],
      ["0.3ms", Duration.nanos(300_000n)]
    ] as const
  )("%s is read", (text, duration) => assert.deepStrictEqual(parseGoDuration(text), Option.some(duration)))

  it.each(["", "5", "s", ".s", "1s2", "1 s", "1d", "1S", "--1s", "1.5.5s"])(
    "%j is no duration",
    (text) => assert.deepStrictEqual(parseGoDuration(text), Option.none())
  )
})

describe("timestamps", () => {
  it("are RFC 3339 in whole seconds, the rest cut off", () => {
    assert.strictEqual(formatTimestamp(1_795_419_735_975), "2026-11-23T07:42:15Z")
    assert.strictEqual(formatTimestamp(0), "1970-01-01T00:00:00Z")
  })
})
