/** Parts of `npm start`. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as MetricsServerProcess from "../../src/simulate/MetricsServerProcess.ts"
import * as Readback from "../../src/simulate/Readback.ts"

describe("the port of the metrics server", () => {
  it.live.each(
    [
      [["--secure-port=4443"], 4443],
      [["-v=2", "--secure-port", "4444"], 4444],
      [["--secure-port=1", "--secure-port=2"], 2]
    ] as const
  )(
    "is what its own flags say: %o",
    ([flags, port]) => Effect.map(MetricsServerProcess.choosePort(flags), (chosen) => assert.strictEqual(chosen, port))
  )

  it.live("is a free one when they say nothing", () =>
    Effect.map(MetricsServerProcess.choosePort([]), (port) => assert.isAbove(port, 1023)))
})

describe("the table of nodes", () => {
  const node = (name: string) => ({ metadata: { name }, window: "10s", usage: { cpu: "968390u", memory: "1571484Ki" } })

  it("shows what kubectl would", () => {
    assert.deepStrictEqual(Readback.table([node("a")], 5), [
      "NODE   CPU    MEMORY   WINDOW",
      "a      969m   1534Mi   10s"
    ])
  })

  it("says how many more there are", () => {
    assert.deepStrictEqual(Readback.table(["a", "b", "c"].map(node), 2).slice(3), ["... and 1 more"])
  })
})
