import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import type { ContainerKey, Points } from "../../src/Sample.ts"
import { type Page, parse } from "../../src/scrape/Exposition.ts"
import { exact, goFloat, page, pages, type Reading, readSlowly } from "../fixtures/Expositions.ts"

const requestedAt = 1_795_419_740_000

const bytes = (text: string) => new TextEncoder().encode(text)
const read = (text: string) => Result.getOrThrow(parse(bytes(text), requestedAt))
const failure = (text: string) => Result.getOrThrow(Result.flip(parse(bytes(text), requestedAt)))

const reading = (points: Points, row: number): Reading => {
  const value = (number: number) => Number.isNaN(number) ? undefined : BigInt(number)
  const seconds = value(points.cpuSeconds(row))
  const found = {
    timestamp: Number.isNaN(points.timestamp(row)) ? undefined : points.timestamp(row),
    start: value(points.startTime(row)),
    cpu: seconds === undefined ? undefined : seconds * 1_000_000_000n + BigInt(points.cpuNanos(row)),
    memory: value(points.memoryBytes(row)),
    swap: value(points.swapBytes(row))
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
}

/** A page as the slow reader gives it. */
const slowly = ({ containers, points, scrapeError }: Page) => ({
  readings: new Map([
    ["", reading(points, 0)],
    ...containers.map((key, index) =>
      [`${key.namespace}/${key.pod}/${key.container}`, reading(points, index + 1)] as const
    )
  ]),
  scrapeError
})

const upTo = (maximum: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum }))

const cpu = (labels: string, rest: string) => `container_cpu_usage_seconds_total{${labels}} ${rest}`
const main = `container="main",namespace="shop",pod="cart-0"`

describe("a page of a kubelet", () => {
  it("gives the node's and every container's reading", () => {
    const { containers, points, scrapeError } = Result.getOrThrow(parse(page("kubelet-1.36"), requestedAt))
    assert.strictEqual(containers.length, 20)
    assert.isFalse(scrapeError)
    assert.deepStrictEqual(reading(points, 0), {
      timestamp: 1795419730470,
      cpu: 4479_680896680n,
      memory: 2_029_682_688n,
      swap: 0n
    })
    const key: ContainerKey = { namespace: "ns-01", pod: "app-000-6d4cf56db6-000013", container: "sidecar" }
    const index = containers.findIndex((it) => JSON.stringify(it) === JSON.stringify(key))
    assert.deepStrictEqual(reading(points, index + 1), {
      timestamp: 1795419738692,
      start: 1795416140378n,
      cpu: 334_740356478n,
      memory: 45_113_344n,
      swap: 0n
    })
  })

  it.each(pages)("%s is read as the slow reader reads it", (name) => {
    const expected = readSlowly(page(name), requestedAt)
    assert.isDefined(expected)
    assert.deepStrictEqual(slowly(Result.getOrThrow(parse(page(name), requestedAt))), expected)
  })

  it("reads the same wherever it was cut in two on the network", () => {
    const whole = page("windows")
    const expected = slowly(Result.getOrThrow(parse(whole, requestedAt)))
    for (let at = 0; at <= whole.length; at++) {
      const joined = Buffer.concat([whole.subarray(0, at), whole.subarray(at)])
      assert.deepStrictEqual(slowly(Result.getOrThrow(parse(joined, requestedAt))), expected)
    }
  })

  it("of a Windows node has no swap", () => {
    const { points } = Result.getOrThrow(parse(page("windows"), requestedAt))
    for (let row = 0; row < points.rows; row++) assert.isNaN(points.swapBytes(row))
  })

  it("of an empty node has no containers", () => {
    const { containers, points } = Result.getOrThrow(parse(page("empty-node"), requestedAt))
    assert.deepStrictEqual([containers.length, points.rows], [0, 1])
    assert.strictEqual(points.cpuSeconds(0), 311)
  })

  it("after an internal error has nothing but the news of it", () => {
    const { containers, points, scrapeError } = Result.getOrThrow(parse(page("internal-error"), requestedAt))
    assert.isTrue(scrapeError)
    assert.strictEqual(containers.length, 0)
    assert.isNaN(points.timestamp(0))
  })

  it("tells a scrape error by its old name as well", () => assert.isTrue(read("scrape_error 1\n").scrapeError))

  it("may be empty", () => assert.strictEqual(read("").containers.length, 0))

  it("may have thousands of containers", () => {
    const lines = Array.from({ length: 5000 }, (_, i) => cpu(`container="c",namespace="n",pod="p${i}"`, `${i}.5 ${i}`))
    const { containers, points } = read([...lines, ...lines.toReversed()].join("\n"))
    assert.strictEqual(containers.length, 5000)
    containers.forEach((key, index) => {
      assert.strictEqual(key.pod, `p${index}`)
      assert.strictEqual(points.cpuSeconds(index + 1), index)
    })
  })
})

describe("the text format", () => {
  it.each([
    ["labels in any order", cpu(`pod="cart-0",container="main",namespace="shop"`, "1.5 7")],
    ["labels that are none of ours", cpu(`a="b",${main},zone="x{}, =\\"y"`, "1.5 7")],
    ["a comma after the last label", cpu(`${main},`, "1.5 7")],
    [
      "blanks wherever they are allowed",
      ` \tcontainer_cpu_usage_seconds_total\t{ ${main.replaceAll("=", " =\t").replaceAll(",", " , ")} }\t 1.5  7 \t`
    ],
    ["no blank after the labels", `container_cpu_usage_seconds_total{${main}}1.5 7`],
    ["comments and blank lines", `# HELP\n\n \t\n#\n  # TYPE x {"\n${cpu(main, "1.5 7")}\n# EOF`],
    ["CRLF", `# TYPE\r\n\r\n${cpu(main, "1.5 7")}\r\n`],
    ["an exponent", cpu(main, "15e-1 7")],
    ["a capital exponent with a sign", cpu(main, "+.15E+01 7")],
    ["series that are none of ours", `pod_cpu_usage_seconds_total{pod="x"} NaN\n${cpu(main, "1.5 7")}\nconstructor 1`]
  ])("may have %s", (_, text) => {
    for (const ending of ["", "\n", "\r\n"]) {
      const { containers, points } = read(text + ending)
      assert.deepStrictEqual(containers, [{ namespace: "shop", pod: "cart-0", container: "main" }])
      assert.deepStrictEqual(reading(points, 1), { timestamp: 7, cpu: 1_500_000_000n })
    }
  })

  it("escapes backslashes, quotes and line feeds in label values", () => {
    const { containers } = read(cpu(String.raw`container="a\\nb",namespace="\"",pod="x\ny\\"`, "1"))
    assert.deepStrictEqual(containers, [{ container: "a\\nb", namespace: "\"", pod: "x\ny\\" }])
  })

  it("has UTF-8 in label values", () =>
    assert.strictEqual(read(cpu(`container="m",namespace="größe",pod="µ"`, "1")).containers[0]?.namespace, "größe"))

  it("does not mix up names of which one begins with the other", () => {
    const { points } = read("node_cpu_usage_seconds_total 1 7\nnode_cpu_usage_seconds_total_2 2 8\nnode_cpu 3 9")
    assert.deepStrictEqual(reading(points, 0), { timestamp: 7, cpu: 1_000_000_000n })
  })

  it("does not mix up containers whose names meet at another place", () => {
    const { containers } = read(
      [[`a`, `bc`], [`ab`, `c`], [`a`, `bc`]].map(([ns, pod]) =>
        cpu(`container="m",namespace="${ns}",pod="${pod}"`, "1")
      )
        .join("\n")
    )
    assert.strictEqual(containers.length, 2)
  })

  it.each([
    ["metric", 1, 7, "a space or a brace after the metric name", "the end of the line"],
    ["metric ", 1, 8, "a number", "the end of the line"],
    ["metric one", 1, 8, "a number", `"one"`],
    ["a 1\n\n  metric 1.2.3", 3, 13, "a space or the end of the line after the number", `".3"`],
    ["metric 1e", 1, 8, "a number", `"1e"`],
    ["metric .", 1, 8, "a number", `"."`],
    ["metric 0x1p3", 1, 9, "a space or the end of the line after the number", `"x1p3"`],
    ["metric +nan", 1, 8, "a number", `"+nan"`],
    ["metric 1 12 13", 1, 13, "the end of the line", `"13"`],
    ["metric 1 1.5", 1, 11, "the end of the line", `".5"`],
    ["metric 1 99999999999999999", 1, 10, "a timestamp in milliseconds", `"99999999999999999"`],
    ["metric 1\rmetric 2", 1, 9, "a space or the end of the line after the number", `"\\rmetric 2"`],
    ["1metric 1", 1, 1, "a metric name", `"1metric 1"`],
    ["<html>", 1, 1, "a metric name", `"<html>"`],
    ["metric{", 1, 8, "a label name or a closing brace", "the end of the line"],
    ["metric{a} 1", 1, 9, "=", `"} 1"`],
    ["metric{a=b} 1", 1, 10, "a quoted label value", `"b} 1"`],
    [`metric{a="b} 1`, 1, 15, "a closing quote", "the end of the line"],
    [`metric{a="\\t"} 1`, 1, 12, "\\\\, \\\" or \\n", `"t\\"} 1"`],
    [`metric{a="b"c="d"} 1`, 1, 13, "a comma or a closing brace", `"c=\\"d\\"} 1"`],
    [`metric{,} 1`, 1, 8, "a label name or a closing brace", `",} 1"`],
    [`metric{pod="a",pod="b"} 1`, 1, 16, "only one label pod", `"pod=\\"b\\"} 1"`],
    [
      cpu(`container="m",pod="p"`, "1"),
      1,
      34,
      "the labels namespace, pod, container, none empty",
      `"{container=\\"m\\",pod=\\""`
    ],
    [
      cpu(`container="m",namespace="",pod="p"`, "1"),
      1,
      34,
      "the labels namespace, pod, container, none empty",
      `"{container=\\"m\\",names"`
    ],
    ["container_start_time_seconds 1", 1, 29, "the labels namespace, pod, container, none empty", `" 1"`]
  ])("%j is malformed", (text, line, column, expected, found) => {
    const error = failure(text)
    assert.deepStrictEqual(
      { line: error.line, column: error.column, expected: error.expected, found: error.found },
      { line, column, expected, found }
    )
    assert.include(error.message, `line ${line}, column ${column}: expected ${expected}, found ${found}`)
  })

  it("is UTF-8", () => {
    const error = Result.getOrThrow(Result.flip(parse(Uint8Array.of(0x61, 0x20, 0x31, 0x0a, 0x23, 0xff), requestedAt)))
    assert.deepStrictEqual([error.line, error.column, error.expected], [2, 1, "UTF-8"])
  })
})

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

describe("a page printed in any order", () => {
  const Word = Schema.String.check(Schema.isPattern(/^[a-c"\\\n{},=\u00b5 ]{1,4}$/))
  const Container = Schema.Struct({
    namespace: Word,
    pod: Word,
    container: Word,
    cpu: Schema.optionalKey(upTo(1e15)),
    memory: Schema.optionalKey(upTo(1e15)),
    start: Schema.optionalKey(upTo(4e12)),
    swap: Schema.optionalKey(upTo(1e15)),
    timestamp: Schema.optionalKey(upTo(4e12))
  })

  const quoted = (text: string) => `"${text.replaceAll("\\", "\\\\").replaceAll("\"", "\\\"").replaceAll("\n", "\\n")}"`

  const shuffled = <A>(items: ReadonlyArray<A>, seed: number) =>
    items.map((item, index) => ({ item, key: Math.imul(index + 1, 2 * seed + 1) % 1009 }))
      .toSorted((a, b) => a.key - b.key)
      .map(({ item }) => item)

  const print = (it: typeof Container.Type, seed: number) => {
    const labels = shuffled(["namespace", "pod", "container"] as const, seed)
    const line = (name: string, value: number | undefined, timestamp: number | undefined) =>
      value === undefined ? [] : [
        `container_${name}{${labels.map((label) => `${label}=${quoted(it[label])}`).join(seed % 2 ? "," : " ,\t")}} ${
          goFloat(value)
        }${timestamp === undefined ? "" : ` ${timestamp}`}`
      ]
    return [
      ...line("cpu_usage_seconds_total", it.cpu && it.cpu / 1e9, it.timestamp),
      ...line("memory_working_set_bytes", it.memory, it.timestamp),
      ...line("start_time_seconds", it.start && it.start / 1e3, undefined),
      ...line("swap_usage_bytes", it.swap, it.timestamp)
    ]
  }

  const expected = ({ cpu, memory, start, swap, timestamp }: typeof Container.Type): Reading => ({
    ...(cpu ?? memory) !== undefined && { timestamp: timestamp ?? requestedAt },
    ...start !== undefined && { start: BigInt(start) },
    ...cpu !== undefined && { cpu: BigInt(cpu) },
    ...memory !== undefined && { memory: BigInt(memory) },
    ...swap !== undefined && { swap: BigInt(swap) }
  })

  it.prop(
    "is read back as it was",
    { containers: Schema.Array(Container), seed: upTo(1000) },
    ({ containers, seed }) => {
      const distinct = new Map(containers.map((it) => [`${it.namespace}/${it.pod}/${it.container}`, it]))
      const lines = [...distinct.values()].flatMap((it) => print(it, seed))
      const wanted = [...distinct].map(([id, it]) => [id, expected(it)] as const).filter(([, it]) =>
        Object.keys(it).length > 0
      )
      const { readings } = slowly(read(shuffled(lines, seed).join("\n")))
      assert.deepStrictEqual(readings, new Map([["", {}], ...wanted]))
    },
    { arbitrary: { runs: 500 } }
  )
})

describe("a damaged page", () => {
  const Damage = Schema.Struct({
    kind: Schema.Literals(["replace", "insert", "remove", "repeat", "cut"]),
    at: upTo(1e6),
    length: upTo(40),
    text: Schema.String.check(Schema.isPattern(/^([0-9eE.+-]|[ \t\r\n{}",=\\#_a-z]|NaN|Inf|\u00b5){0,4}$/))
  })

  const damaged = (page: Uint8Array, { at, kind, length, text }: typeof Damage.Type) => {
    const start = at % (page.length + 1)
    const [head, part, tail] = [page.slice(0, start), page.slice(start, start + length), page.slice(start + length)]
    const middle = {
      replace: [bytes(text)],
      insert: [bytes(text), part],
      remove: [],
      repeat: [part, part],
      cut: [part]
    }[kind]
    return Buffer.concat([head, ...middle, ...kind === "cut" ? [] : [tail]])
  }

  it.prop(
    "is either read right or malformed at a place that exists",
    { name: Schema.Literals(pages), damages: Schema.Array(Damage).check(Schema.isMaxLength(6)) },
    ({ damages, name }) => {
      const input = damages.reduce(damaged, page(name))
      const result = parse(input, requestedAt)
      const expected = readSlowly(input, requestedAt)
      if (Result.isSuccess(result)) {
        assert.deepStrictEqual(slowly(result.success), expected)
      } else {
        assert.isUndefined(expected)
        const line = Buffer.from(input).toString("latin1").split("\n")[result.failure.line - 1]
        assert.isDefined(line)
        assert.isAtMost(result.failure.column, line.length + 1)
        assert.isAtLeast(result.failure.column, 1)
      }
    },
    { arbitrary: { runs: 3000 } }
  )

  it.prop(
    "of any bytes at all is read right or malformed",
    {
      text: Schema.Array(upTo(255)),
      name: Schema.Literals(["", "container_cpu_usage_seconds_total{", "scrape_error "])
    },
    ({ name, text }) => {
      const input = Buffer.concat([bytes(name), Uint8Array.from(text)])
      const result = parse(input, requestedAt)
      assert.deepStrictEqual(
        Result.isSuccess(result) ? slowly(result.success) : undefined,
        readSlowly(input, requestedAt)
      )
    },
    { arbitrary: { runs: 2000 } }
  )
})
