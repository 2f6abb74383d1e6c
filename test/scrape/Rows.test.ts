import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { parse } from "../../src/scrape/Exposition.ts"
import { bytes, requestedAt } from "../fixtures/Expositions.ts"

describe("the rows of a page", () => {
  it.prop(
    "are the same whatever the page before had",
    {
      before: Schema.UniqueArray(Schema.Literals(["a", "b", "c", "d"])),
      series: Schema.Array(Schema.Tuple([Schema.Literals(["a", "b", "c", "d", "e"]), Schema.Boolean]))
    },
    ({ before, series }) => {
      const lines = series.map(([name, isMemory], index) =>
        `container_${isMemory ? "memory_working_set_bytes" : "cpu_usage_seconds_total"}` +
        `{container="${name}",namespace="n",pod="p"} ${index + 1} 5\n`
      )
      const input = bytes(lines.join(""))
      const containers = before.map((container) => ({ namespace: "n", pod: "p", container }))
      assert.deepStrictEqual(parse(input, requestedAt, { containers }), parse(input, requestedAt))
    },
    { arbitrary: { runs: 3000 } }
  )
})
