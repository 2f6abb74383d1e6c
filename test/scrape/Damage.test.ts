import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { parse } from "../../src/scrape/Exposition.ts"
import { bytes, goFloat, page, pages, read, requestedAt, slowly, upTo } from "../fixtures/Expositions.ts"
import { type Reading, readSlowly } from "../fixtures/SlowReader.ts"

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
      const knowing = parse(input, requestedAt, Result.getOrThrow(parse(page(name), requestedAt)))
      assert.deepStrictEqual(knowing, result)
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
