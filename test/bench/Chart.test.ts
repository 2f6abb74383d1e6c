/** The plot of how cost grows. */
import { assert, describe, it } from "@effect/vitest"
import * as Chart from "../../bench/Chart.ts"

const linear: ReadonlyArray<Chart.Point> = [100, 1000, 10_000].map((nodes) => [nodes, 50 + nodes / 10])

describe("the chart", () => {
  it("finds the line that points lie on", () => {
    const { at0, slope } = Chart.straight(linear)
    assert.closeTo(at0, 50, 1e-9)
    assert.closeTo(slope, 0.1, 1e-9)
  })

  it("lays the line between points that lie on none", () => {
    assert.deepStrictEqual(Chart.straight([[0, 0], [1, 3], [2, 0]]), { at0: 1, slope: 0 })
  })

  it("is level through a single point", () => {
    assert.deepStrictEqual(Chart.straight([[100, 7]]), { at0: 7, slope: 0 })
  })

  it.each([
    [10_000, [0, 2000, 4000, 6000, 8000, 10_000]],
    [980, [0, 200, 400, 600, 800, 1000]],
    [2.3, [0, 0.5, 1, 1.5, 2, 2.5]],
    [0.07, [0, 0.02, 0.04, 0.06, 0.08]]
  ])("has an axis to %d in round steps", (most, expected) => {
    assert.deepStrictEqual(Chart.ticks(most), expected)
  })

  it("shows every point inside of its axes, with the straight line beside them", () => {
    const drawn = Chart.svg("nodes", [{ title: "memory, MB", points: linear }, { title: "a < b & c", points: linear }])
    const circles = Array.from(drawn.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g), ([, x, y]) => [
      Number(x),
      Number(y)
    ])
    assert.lengthOf(circles, 6)
    for (const [x = 0, y = 0] of circles) assert.isTrue(x > 56 && x <= 296 && y >= 40 && y < 228, `${x}, ${y}`)
    assert.lengthOf(drawn.match(/stroke-dasharray/g) ?? [], 3)
    assert.include(drawn, ">a &lt; b &amp; c</text>")
  })

  it("is well-formed: every element that is opened is closed", () => {
    const drawn = Chart.svg("nodes", [{ title: "memory", points: linear }])
    const open: Array<string> = []
    for (const [, closing, name = "", empty] of drawn.matchAll(/<(\/?)(\w+)[^>]*?(\/?)>/g)) {
      if (closing === "/") assert.strictEqual(open.pop(), name)
      else if (empty !== "/") open.push(name)
    }
    assert.deepStrictEqual(open, [])
  })
})
