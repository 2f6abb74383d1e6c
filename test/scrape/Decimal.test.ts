import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { cpu, goFloat, main, read, reading, requestedAt, upTo } from "../fixtures/Expositions.ts"
import { exact } from "../fixtures/SlowReader.ts"

describe("a value", () => {
  it.each(["NaN", "Inf", "+Inf", "-Inf", "-1", "-0.5", "9007199254740992", "1.8446744073709552e+19", "1e999999999999"])(
    "that is %s counts as not reported, its timestamp too",
    (value) => {
      const { points } = read(`${cpu(main, "1 5")}\ncontainer_memory_working_set_bytes{${main}} ${value} 9`)
      assert.deepStrictEqual(reading(points, 1), { timestamp: 5, cpu: 1_000_000_000n })
    }
  )

  it("that is not reported leaves its container on the page", () =>
    assert.deepStrictEqual(read(cpu(main, "NaN")).containers, [{
      namespace: "shop",
      pod: "cart-0",
      container: "main"
    }]))

  it("without a timestamp has that of the request", () =>
    assert.strictEqual(read(cpu(main, "1")).points.timestamp(1), requestedAt))

  it("in a later line wins, with its timestamp", () => {
    const { points } = read(
      `${cpu(main, "1 5")}\ncontainer_memory_working_set_bytes{${main}} 4096 6\n${cpu(main, "2 4")}`
    )
    assert.deepStrictEqual(reading(points, 1), { timestamp: 4, cpu: 2_000_000_000n, memory: 4096n })
  })

  it("of start time or swap says nothing of the timestamp", () => {
    const { points } = read(`container_start_time_seconds{${main}} 1.5 5\ncontainer_swap_usage_bytes{${main}} 0 6`)
    assert.deepStrictEqual(reading(points, 1), { start: 1500n, swap: 0n })
  })

  it.each([
    [`0.${"0".repeat(12_344)}1e12345`, 1],
    [`1${"0".repeat(12_345)}e-12345`, 1],
    ["0e999999999999", 0],
    ["1e-999999999999", 0]
  ])(
    "with a huge exponent is exact all the same",
    (text, value) => assert.strictEqual(read(`node_swap_usage_bytes ${text}`).points.swapBytes(0), value)
  )

  const digits = Schema.String.check(Schema.isPattern(/^[0-9]{1,24}$/))
  const exponent = Schema.Int.check(Schema.isBetween({ minimum: -40, maximum: 40 }))

  it.prop(
    "of any length and exponent is exact or not reported",
    { whole: digits, fraction: digits, exponent },
    (it) => {
      const text = `${it.whole}.${it.fraction}e${it.exponent}`
      const { points } = read(
        `node_cpu_usage_seconds_total ${text}\nnode_swap_usage_bytes ${text}\n${`container_start_time_seconds{${main}} ${text}`}`
      )
      const below = (value: bigint | undefined) => value !== undefined && value < 2n ** 53n ? value : undefined
      const bytes = below(exact(text, 0))
      assert.deepStrictEqual(reading(points, 0).swap, bytes)
      assert.deepStrictEqual(reading(points, 0).cpu, bytes === undefined ? undefined : exact(text, 9))
      assert.deepStrictEqual(reading(points, 1).start, below(exact(text, 3)))
    },
    { arbitrary: { runs: 1000 } }
  )

  it.prop(
    "of a kubelet is what the kubelet counted: nanoseconds, bytes, milliseconds",
    { nanos: upTo(1e15), bytes: upTo(2 ** 53 - 1), millis: upTo(4e12) },
    ({ bytes, millis, nanos }) => {
      const { points } = read(
        `node_cpu_usage_seconds_total ${goFloat(nanos / 1e9)} ${millis}\nnode_memory_working_set_bytes ${
          goFloat(bytes)
        } ${millis}`
      )
      assert.deepStrictEqual(reading(points, 0), { timestamp: millis, cpu: BigInt(nanos), memory: BigInt(bytes) })
    },
    { arbitrary: { runs: 1000 } }
  )
})
