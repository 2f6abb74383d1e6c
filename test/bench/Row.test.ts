/** What the benchmarks print. */
import { assert, describe, it } from "@effect/vitest"
import { print, type Row, unmeasured } from "../../bench/Row.ts"
import { figures } from "../../bench/Table.ts"

const row = (value: number, reference: number): Row => ({
  claim: `${value} of ${reference}`,
  value,
  unit: "ms",
  reference
})

describe("the table of a benchmark", () => {
  it("has every claim beside its target, its reference and the ratio to it, aligned and as Markdown", () => {
    const rows: ReadonlyArray<Row> = [
      { claim: "one pod", value: 0.0712, unit: "ms CPU", target: 0.09, reference: 0.0356 },
      { claim: "start to ready", value: 6.0123, unit: "s" }
    ]
    assert.strictEqual(
      print(rows),
      `\
| claim          |   ours | target | unit   | reference | ratio |
| -------------- | -----: | -----: | ------ | --------: | ----: |
| one pod        | 0.0712 | 0.0900 | ms CPU |    0.0356 |  2.00 |
| start to ready |   6.01 |        | s      |           |       |`
    )
  })

  it.each([[0.012345, "0.0123"], [12.345, "12.3"], [1234.5, "1235"], [0, "0"], [undefined, ""]])(
    "writes %s with three figures",
    (value, expected) => {
      assert.strictEqual(figures(value), expected)
    }
  )

  it("names the claims that have no finite number", () => {
    const rows = [row(1, 2), row(Number.NaN, 2), row(Infinity, 2), row(1, Number.NaN), row(0, 2)]
    assert.deepStrictEqual(unmeasured(rows), ["NaN of 2", "Infinity of 2", "1 of NaN"])
  })
})
