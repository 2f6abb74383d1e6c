import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { UnderWay } from "../src/UnderWay.ts"
import { upTo } from "./fixtures/Expositions.ts"

const named = (name: number) => ({ name, place: 0 })
const names = (all: Iterable<{ readonly name: number }>) =>
  Array.from(all, ({ name }) => name).toSorted((a, b) => a - b)

describe("what is under way", () => {
  it.prop(
    "is what has been added and not deleted, as a set has it",
    { steps: Schema.Array(Schema.Struct({ isEnd: Schema.Boolean, name: upTo(9) })) },
    ({ steps }) => {
      const ten = Array.from({ length: 10 }, (_, name) => named(name))
      const ours = new UnderWay<ReturnType<typeof named>>()
      const set = new Set<ReturnType<typeof named>>()
      for (const { isEnd, name } of steps) {
        const it = ten[name]!
        if (isEnd) assert.strictEqual(ours.delete(it), set.delete(it))
        else if (!set.has(it)) {
          ours.add(it)
          set.add(it)
        }
        assert.deepStrictEqual(names(ours), names(set))
      }
    }
  )

  it("may end while it is looked through", () => {
    const all = new UnderWay<ReturnType<typeof named>>()
    for (let name = 0; name < 5; name++) all.add(named(name))
    const seen: Array<number> = []
    for (const it of all) {
      seen.push(it.name)
      all.delete(it)
      if (it.name === 2) all.add(named(9))
    }
    assert.deepStrictEqual(seen.toSorted(), [0, 1, 2, 3, 4])
    assert.deepStrictEqual(names(all), [9])
  })
})
