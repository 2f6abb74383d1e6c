/** A list in parts is the sorted list, and what was handed out of it stays as it was. */
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { SortedParts } from "../../src/discover/SortedParts.ts"

interface Thing {
  readonly name: string
  readonly turn: number
}

const most = 4

const Step = Schema.Struct({
  name: Schema.Literals([..."abcdefghijklmnopqrst"]),
  isPut: Schema.Boolean,
  /** Whether somebody takes the parts after it. */
  isAsked: Schema.Boolean
})

describe("sorted parts", () => {
  it.prop("have what was put and not deleted, in order, whatever comes and goes", {
    steps: Schema.Array(Step)
  }, ({ steps }) => {
    const parts = new SortedParts<Thing>(most)
    const model = new Map<string, Thing>()
    const handedOut: Array<readonly [part: ReadonlyArray<Thing>, copy: ReadonlyArray<Thing>]> = []
    for (const [turn, { isAsked, isPut, name }] of steps.entries()) {
      if (isPut) {
        parts.put({ name, turn })
        model.set(name, { name, turn })
      } else {
        parts.delete(name)
        model.delete(name)
      }
      if (!isAsked) continue
      const now = parts.parts
      assert.deepStrictEqual(now.flat(), [...model.values()].toSorted((a, b) => a.name < b.name ? -1 : 1))
      for (const [index, part] of now.entries()) {
        assert.isTrue(part.length > 0 && part.length <= most, `a part of ${part.length}`)
        const next = now[index + 1]
        if (next !== undefined) assert.isAbove(part.length + next.length, most / 2, "two of them would be one")
        handedOut.push([part, [...part]])
      }
      for (const [part, copy] of handedOut) assert.deepStrictEqual(part, copy)
    }
  }, { arbitrary: { runs: 500, size: 60 } })

  it("stay the same arrays but for the one that changes", () => {
    const parts = new SortedParts<Thing>(most)
    for (const name of "abcdefghijkl") parts.put({ name, turn: 0 })
    const before = parts.parts
    assert.deepStrictEqual(before.map((part) => part.map(({ name }) => name).join("")), ["abcd", "efgh", "ijkl"])
    assert.strictEqual(parts.parts, before)
    parts.put({ name: "f", turn: 1 })
    const after = parts.parts
    assert.deepStrictEqual(after.map((part, index) => part === before[index]), [true, false, true])
    parts.delete("z")
    assert.strictEqual(parts.parts, after)
  })
})
