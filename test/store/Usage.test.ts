import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { cpuNanocores, rate, step, take, window } from "../../src/store/Usage.ts"
import { points, type Reading } from "../fixtures/Samples.ts"

const resolution = 60_000
const day = 86_400_000
/** A container that started a day before the time from which the tests count seconds. */
const start = 1_795_000_000_000
const second = (seconds: number) => start + day + seconds * 1000

/** A reading after so many seconds, with so many milliseconds of CPU time used. */
const reading = (seconds: number, cpuMillis: number, more: Reading = {}): Reading => ({
  at: second(seconds),
  start,
  cpu: BigInt(cpuMillis) * 1_000_000n,
  memory: 4096,
  ...more
})

const nothing = () => ({ last: points({}), previous: points({}) })

/** What is kept after these readings. */
const after = (...readings: ReadonlyArray<Reading>) => {
  const stored = nothing()
  for (const reading of readings) take(stored, points(reading), 0, resolution)
  return stored
}

const next = (before: ReadonlyArray<Reading>, reading: Reading) =>
  step(after(...before), points(reading), 0, resolution)

/** Seconds of the previous and of the last reading. */
const kept = (...readings: ReadonlyArray<Reading>) => {
  const { last, previous } = after(...readings)
  return [previous, last].map((points) => (points.timestamp(0) - second(0)) / 1000)
}

describe("usage of two readings", () => {
  it("is the CPU time between them by the time between their timestamps", () => {
    const stored = after(reading(0, 1000), reading(20, 4000))
    assert.strictEqual(cpuNanocores(stored, 0), 150_000_000)
    assert.strictEqual(window(stored, 0), 20_000)
    assert.strictEqual(stored.last.timestamp(0), second(20))
  })

  it("of an idle container is zero", () => assert.strictEqual(cpuNanocores(after(reading(0, 1), reading(15, 1)), 0), 0))

  it("is missing after the first one", () => {
    assert.strictEqual(next([], reading(0, 1)), "first")
    assert.isNaN(window(after(reading(0, 1)), 0))
  })
})

describe("a reading", () => {
  it("that is newer moves the last one back", () => {
    assert.strictEqual(next([reading(0, 1), reading(15, 2)], reading(30, 3)), "advancing")
    assert.deepStrictEqual(kept(reading(0, 1), reading(15, 2), reading(30, 3)), [15, 30])
  })

  it("that repeats the last timestamp changes nothing", () => {
    assert.strictEqual(next([reading(0, 1), reading(15, 2)], reading(15, 2)), "repeated")
    assert.deepStrictEqual(kept(reading(0, 1), reading(15, 2), reading(15, 2)), [0, 15])
  })

  it("older than the last one begins anew: its clock was set back, and nobody knows how long it counted", () => {
    for (const seconds of [10, 0, -100]) {
      assert.strictEqual(next([reading(0, 1), reading(15, 2)], reading(seconds, 3)), "first")
      assert.deepStrictEqual(kept(reading(0, 1), reading(15, 2), reading(seconds, 3)), [Number.NaN, seconds])
    }
    assert.deepStrictEqual(kept(reading(15, 2), reading(0, 3)), [Number.NaN, 0])
    assert.deepStrictEqual(kept(reading(15, 2), reading(0, 3), reading(15, 4)), [0, 15])
  })

  it("after a restart makes the older ones useless", () => {
    const restarted = reading(300, 5, { start: second(20) })
    assert.strictEqual(next([reading(0, 1), reading(15, 2)], restarted), "first")
    assert.deepStrictEqual(kept(reading(0, 1), reading(15, 2), restarted), [Number.NaN, 300])
  })

  it("whose start time has moved continues the others, as long as it is before the last one", () => {
    const moved = (seconds: number, by: number) => reading(seconds, seconds, { start: start + by })
    assert.deepStrictEqual(kept(moved(1, 0), moved(15, -1), moved(30, 10_000), moved(45, 20_000)), [30, 45])
    assert.deepStrictEqual(kept(moved(1, 0), moved(15, 0), moved(30, day + 14_999)), [15, 30])
    assert.deepStrictEqual(kept(moved(1, 0), moved(15, 0), moved(30, day + 15_000)), [Number.NaN, 30])
  })

  it("with less CPU time than before, if only by a nanosecond, means a restart", () => {
    assert.deepStrictEqual(
      kept(reading(0, 1000), reading(15, 2000), reading(30, 2000, { cpu: 1_999_999_999n })),
      [Number.NaN, 30]
    )
  })

  it("without a start time continues the others: a node has none", () => {
    const { start: _, ...node } = reading(15, 2)
    assert.deepStrictEqual(kept(reading(0, 1), node), [0, 15])
    assert.deepStrictEqual(kept(node, reading(30, 3)), [15, 30])
  })

  it("after one without a start time still tells a restart from the one before that", () => {
    const { start: _, ...unknown } = reading(15, 2)
    assert.deepStrictEqual(kept(reading(0, 1), unknown, reading(300, 3, { start: second(20) })), [Number.NaN, 300])
  })

  it.each(
    [
      ["a timestamp", { at: undefined }],
      ["a timestamp above zero", { at: 0 }],
      ["a timestamp that can be true", { at: 9e12 }],
      ["CPU time", { cpu: undefined }],
      ["CPU time above zero", { cpu: 0n }],
      ["memory", { memory: undefined }],
      ["memory above zero", { memory: 0 }]
    ] as const
  )("without %s is none", (_, more) => {
    const reported = Object.entries({ ...reading(30, 3), ...more }).filter(([, value]) => value !== undefined)
    const incomplete: Reading = Object.fromEntries(reported)
    assert.strictEqual(next([reading(0, 1), reading(15, 2)], incomplete), "none")
    assert.deepStrictEqual(kept(reading(0, 1), reading(15, 2), incomplete), [0, 15])
  })
})

describe("a container that started a while ago", () => {
  const aged = (seconds: number, cpuMillis = 600) => reading(0, cpuMillis, { start: second(-seconds) })

  it.each([10, 12.5, 59.999])("of %d seconds has its usage since the start at once", (seconds) => {
    const stored = after(aged(seconds))
    assert.strictEqual(stored.previous.timestamp(0), second(-seconds))
    assert.strictEqual(window(stored, 0), seconds * 1000)
    assert.strictEqual(cpuNanocores(stored, 0), Math.floor(600_000_000 / seconds))
  })

  it.each([9.999, 1, 0, -5])("of %d seconds has not", (seconds) => assert.strictEqual(next([], aged(seconds)), "first"))

  it("of one resolution or more has not", () => {
    assert.strictEqual(next([], aged(60)), "first")
    assert.strictEqual(next([], aged(3600)), "first")
  })

  it("is counted from its start until it is one resolution old, then from reading to reading", () => {
    const since = (seconds: number) => reading(seconds, seconds * 10 + 1, { start: second(0) })
    assert.deepStrictEqual(kept(since(12), since(27)), [0, 27])
    assert.deepStrictEqual(kept(since(12), since(27), since(62)), [27, 62])
  })

  it("is young again after a restart", () =>
    assert.deepStrictEqual(kept(reading(0, 1), reading(15, 2), reading(30, 1, { start: second(18) })), [18, 30]))

  it("that starts anew and has used more than in its life before waits for its next reading", () => {
    const anew = (seconds: number, cpuMillis: number) => reading(seconds, cpuMillis, { start: second(18) })
    assert.deepStrictEqual(kept(reading(0, 1), reading(15, 2), anew(30, 300)), [Number.NaN, 30])
    assert.deepStrictEqual(kept(reading(0, 1), reading(15, 2), anew(30, 300), anew(45, 400)), [30, 45])
  })

  it("whose start moves while its counter goes on has not used a whole life's CPU time since", () => {
    const [before, moved] = [reading(15, 43_215_000), reading(30, 43_222_000, { start: second(18) })]
    assert.deepStrictEqual(kept(reading(0, 43_208_000), before, moved), [Number.NaN, 30])
    assert.strictEqual(
      cpuNanocores(after(before, moved, reading(45, 43_229_000, { start: second(18) })), 0),
      466_666_666
    )
  })
})

describe("the division", () => {
  const upTo = (maximum: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum }))

  it("cuts off what is less than a billionth of a core", () => {
    assert.strictEqual(rate(0, 1, 1001), 0)
    assert.strictEqual(rate(0, 2, 1001), 1)
    assert.strictEqual(rate(1, -1, 1), 999_999_999_000)
    assert.strictEqual(rate(10, 0, 3000), 3_333_333_333)
  })

  it.prop(
    "is exact, whatever the counters and the window",
    {
      seconds: upTo(9e10),
      nanos: Schema.Int.check(Schema.isBetween({ minimum: -999_999_999, maximum: 999_999_999 })),
      window: upTo(9e12 - 1)
    },
    ({ nanos, seconds, window }) => {
      const billionths = BigInt(seconds) * 1_000_000_000n + BigInt(nanos)
      if (billionths < 0n || window === 0) return
      const expected = billionths * 1000n / BigInt(window)
      if (expected <= BigInt(Number.MAX_SAFE_INTEGER)) {
        assert.strictEqual(rate(seconds, nanos, window), Number(expected))
      } else assert.isAbove(rate(seconds, nanos, window), Number.MAX_SAFE_INTEGER)
    },
    { arbitrary: { runs: 2000 } }
  )
})
