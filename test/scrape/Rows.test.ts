import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { parse } from "../../src/scrape/Exposition.ts"
import { bytes, read, requestedAt } from "../fixtures/Expositions.ts"

/** Few containers, that the lines of a page have in any order, with labels in one spelling or another. */
const Series = Schema.Array(
  Schema.Tuple([Schema.Literals(["a", "b", "c", "d", "e"]), Schema.Boolean, Schema.Literals(["", " ", ","])])
)

const pageOf = (series: typeof Series.Type) =>
  bytes(
    series.map(([name, isMemory, more], index) =>
      `container_${isMemory ? "memory_working_set_bytes" : "cpu_usage_seconds_total"}` +
      `{container="${name}",namespace="n",pod="p"${more}} ${index + 1} 5\n`
    ).join("")
  )

describe("the rows of a page", () => {
  it.prop(
    "are the same whatever the page before had",
    { before: Series, series: Series },
    ({ before, series }) => {
      const known = Result.getOrThrow(parse(pageOf(before), requestedAt))
      assert.deepStrictEqual(parse(pageOf(series), requestedAt, known), parse(pageOf(series), requestedAt))
    },
    { arbitrary: { runs: 3000 } }
  )

  it("have their own names, where one is what its neighbour's looks like with escapes", () => {
    const pods = [String.raw`a\"`, `a"`]
    const escaped = (pod: string) => pod.replaceAll("\\", "\\\\").replaceAll("\"", "\\\"")
    const lines = pods.map((pod) => `container_swap_usage_bytes{namespace="n",pod="${escaped(pod)}",container="c"} 0`)
    assert.deepStrictEqual(read(lines.join("\n")).containers.map(({ pod }) => pod), pods)
  })
})
