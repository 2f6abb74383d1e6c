import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import type { ContainerKey } from "../../src/Sample.ts"
import { parse } from "../../src/scrape/Exposition.ts"
import { cpu, failure, main, page, pages, read, reading, requestedAt, slowly } from "../fixtures/Expositions.ts"
import { readSlowly } from "../fixtures/SlowReader.ts"

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

  it("has the very containers of the page before, as far as they are the same", () => {
    const before = Result.getOrThrow(parse(page("kubelet-1.36"), requestedAt))
    const again = Result.getOrThrow(parse(page("kubelet-1.36"), requestedAt, before))
    assert.strictEqual(again.containers, before.containers)
    assert.strictEqual(again.labels, before.labels)
    const [first, second] = before.containers
    const text = Buffer.from(page("kubelet-1.36")).toString().replaceAll(second!.pod, "another")
    const partly = Result.getOrThrow(parse(Buffer.from(text), requestedAt, before))
    assert.strictEqual(partly.containers[0], first)
    assert.strictEqual(partly.containers[1]?.pod, "another")
    assert.deepStrictEqual(partly, Result.getOrThrow(parse(Buffer.from(text), requestedAt)))
  })

  it("writes over the points of the page before, if they are as many, and leaves nothing of them", () => {
    const before = Result.getOrThrow(parse(page("kubelet-1.36"), requestedAt))
    before.points.values.fill(7)
    const again = Result.getOrThrow(parse(page("kubelet-1.36"), requestedAt, before))
    assert.strictEqual(again.points, before.points)
    assert.deepStrictEqual(again, Result.getOrThrow(parse(page("kubelet-1.36"), requestedAt)))
    const other = Result.getOrThrow(parse(page("windows"), requestedAt, before))
    assert.notStrictEqual(other.points, before.points)
    assert.deepStrictEqual(other, Result.getOrThrow(parse(page("windows"), requestedAt)))
  })

  it.each([`a","namespace="b`, "a\\", "a\n", "\u00e9"])("is not misled by a known container named %j", (container) => {
    const escaped = container.replaceAll("\\", "\\\\").replaceAll("\"", "\\\"").replaceAll("\n", "\\n")
    const line = (name: string) => Buffer.from(cpu(`container="${name}",namespace="n",pod="p"`, "1 5\n"))
    const known = Result.getOrThrow(parse(line(escaped), requestedAt))
    assert.deepStrictEqual(known.containers, [{ namespace: "n", pod: "p", container }])
    assert.strictEqual(Result.getOrThrow(parse(line(escaped), requestedAt, known)).containers, known.containers)
    assert.deepStrictEqual(parse(line(container), requestedAt, known), parse(line(container), requestedAt))
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
    ["blanks before labels, behind a series without any", `x 1\ny {a="b"} 2\n${cpu(main, "1.5 7")}`],
    ["series that are none of ours", `pod_cpu_usage_seconds_total{pod="x"} NaN\n${cpu(main, "1.5 7")}\nconstructor 1`]
  ])("may have %s", (_, text) => {
    for (const ending of ["\n", "\r\n"]) {
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

  it("ends with a line feed: what breaks off may end in half a number", () => {
    const error = failure("a 1\nmetric 12")
    assert.deepStrictEqual([error.line, error.column], [2, 10])
    assert.include(error.expected, "with which a whole page ends")
  })

  it("is UTF-8", () => {
    const error = Result.getOrThrow(Result.flip(parse(Uint8Array.of(0x61, 0x20, 0x31, 0x0a, 0x23, 0xff), requestedAt)))
    assert.deepStrictEqual([error.line, error.column, error.expected], [2, 1, "UTF-8"])
  })
})
