/** Usages of long lists are found in parts, and are of the objects that they were asked for. */
import { assert, it } from "@effect/vitest"
import { PlacedUsages, Places } from "../../src/store/Places.ts"
import { PublishedUsage, UsageBlock } from "../../src/store/PublishedUsage.ts"

const rows = { rows: [0], names: [""] }

/** Published at 1000, but for those that come later. */
const usages = Array.from({ length: 3000 }, (_, index) => {
  const block = new UsageBlock(`node-${index}`, 1)
  block.set(0, 1000, index, 15_000, index, 2 * index, Number.NaN, Number.NaN)
  return new PublishedUsage(block, rows)
})

it("every object of a long list has its own, in whatever order they are asked for", () => {
  const looked: Array<number> = []
  const parts = Places.of(usages.length)
  const list = new PlacedUsages(
    (part) => {
      looked.push(part)
      return parts[part]!.look(1, (index) => usages[index])
    },
    1000,
    60_000
  )
  const indices = usages.map((_, index) => index)
  for (const index of [...indices, ...indices.toReversed()]) {
    assert.strictEqual(list.at(index)?.node, `node-${index}`)
    assert.strictEqual(list.at(index)?.memoryBytes(0), 2 * index)
  }
  assert.deepStrictEqual(looked, [0, 1, 2, 1, 0])
})

it("is looked for again when something moved, and not before", () => {
  const [places] = Places.of(2)
  let published = [usages[7], undefined]
  const nodes = (moves: number) => {
    const list = new PlacedUsages(() => places!.look(moves, (index) => published[index]), 1000, 60_000)
    return [0, 1].map((index) => list.at(index)?.node)
  }
  assert.deepStrictEqual(nodes(1), ["node-7", undefined])
  published = [usages[7], usages[9]]
  assert.deepStrictEqual(nodes(1), ["node-7", undefined])
  assert.deepStrictEqual(nodes(2), ["node-7", "node-9"])
})

it("what was published too long ago is nothing", () => {
  const [places] = Places.of(1)
  const at = (now: number) => new PlacedUsages(() => places!.look(1, () => usages[5]), now, 60_000).at(0)?.node
  assert.strictEqual(at(61_000), "node-5")
  assert.isUndefined(at(61_001))
})
