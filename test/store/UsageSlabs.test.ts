/** Blocks of usage beside each other: none has a row of another, and memory is used again. */
import { assert, describe, it } from "@effect/vitest"
import * as Block from "../../src/store/UsageBlock.ts"
import { UsageSlabs } from "../../src/store/UsageSlabs.ts"
import { collect, isGone } from "../fixtures/Garbage.ts"

/** Every row says the number. */
const fill = (block: Block.UsageBlock, rows: number, value: number) => {
  for (let row = 0; row < rows; row++) block.set(row, value, value, value, value, value, value, value)
}

const rowsOf = ({ first, values }: Block.UsageBlock, rows: number) =>
  Array.from({ length: rows }, (_, row) => Block.cpuNanocores(values, first + row))

describe("UsageSlabs", () => {
  it("gives each block rows of its own, in which nothing is published", () => {
    const slabs = new UsageSlabs()
    const lengths = [1, 31, 8, 9, 1, 20_000, 3, 8192, 7000, 2]
    const blocks = lengths.map((length, index) => slabs.block(`node-${index}`, length))
    blocks.forEach((block, index) => {
      assert.isTrue(rowsOf(block, lengths[index]!).every(Number.isNaN))
      assert.isFalse(Block.stands(block.values, block.first, 0, Number.MAX_VALUE))
    })
    blocks.forEach((block, index) => fill(block, lengths[index]!, index))
    blocks.forEach((block, index) =>
      assert.deepStrictEqual(rowsOf(block, lengths[index]!), Array(lengths[index]!).fill(index))
    )
  })

  it("puts many blocks into one piece of memory", () => {
    const slabs = new UsageSlabs()
    const pieces = new Set(Array.from({ length: 1000 }, (_, index) => slabs.block(`node-${index}`, 31).values))
    assert.strictEqual(pieces.size, 4)
  })

  it("gives rows again once nobody has their block, and none that somebody has", async () => {
    const slabs = new UsageSlabs()
    const kept = slabs.block("kept", 40)
    fill(kept, 40, 7)
    const pieces = new Set([kept.values])
    for (let round = 0; round < 20; round++) {
      // Another length each time: rows of several that went are one that comes.
      const rows = 40 + round
      for (let index = 0; index < 80; index++) {
        const block = slabs.block("gone", rows)
        assert.isTrue(rowsOf(block, rows).every(Number.isNaN))
        fill(block, rows, round)
        pieces.add(block.values)
      }
      await collect()
    }
    // 1601 blocks of 40 to 59 rows would be ten of 8192.
    assert.isAtMost(pieces.size, 2)
    assert.deepStrictEqual(rowsOf(kept, 40), Array(40).fill(7))
  })

  it("gives up a piece of memory of which nobody has a row", async () => {
    const slabs = new UsageSlabs()
    assert.isTrue(await isGone(new WeakRef(slabs.block("gone", 40).values)))
    assert.isDefined(slabs.block("next", 40))
  })
})
