/** The usages of a part of a list are of the objects that they were asked for, and are looked for once. */
import { assert, it } from "@effect/vitest"
import { PlacedUsages, Places } from "../../src/store/Places.ts"
import { PublishedUsage } from "../../src/store/PublishedUsage.ts"
import { UsageSlabs } from "../../src/store/UsageSlabs.ts"

const slabs = new UsageSlabs()
const rows = { rows: [0], names: [""] }

/** Published at 1000. */
const usages = Array.from({ length: 1000 }, (_, index) => {
  const block = slabs.block(`node-${index}`, 1)
  block.set(0, 1000, index, 15_000, index, 2 * index, Number.NaN, Number.NaN)
  return new PublishedUsage(block, rows)
})

const now = 1000
const retention = 60_000

it("every object has its own, in whatever order they are asked for", () => {
  const places = new Places(usages.length).look(1, (index) => usages[index])
  const placed = new PlacedUsages(places, now, retention)
  const indices = usages.map((_, index) => index)
  for (const index of [...indices, ...indices.toReversed()]) {
    assert.strictEqual(placed.at(index)?.node, `node-${index}`)
    assert.strictEqual(placed.at(index)?.memoryBytes(0), 2 * index)
  }
})

it("is looked for again when something moved, and not before", () => {
  const places = new Places(2)
  let published = [usages[7], undefined]
  const nodes = (moves: number) => {
    const placed = new PlacedUsages(places.look(moves, (index) => published[index]), now, retention)
    return [0, 1].map((index) => placed.at(index)?.node)
  }
  assert.deepStrictEqual(nodes(1), ["node-7", undefined])
  published = [usages[7], usages[9]]
  assert.deepStrictEqual(nodes(1), ["node-7", undefined])
  assert.deepStrictEqual(nodes(2), ["node-7", "node-9"])
})

it("what was published too long ago is nothing", () => {
  const places = new Places(1).look(1, () => usages[5])
  const at = (moment: number) => new PlacedUsages(places, moment, retention).at(0)?.node
  assert.strictEqual(at(61_000), "node-5")
  assert.isUndefined(at(61_001))
})
