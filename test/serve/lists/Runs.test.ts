/** Runs of bytes arrive whole wherever they are written, and disturb nothing but what is behind them. */
import { assert, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Runs from "../../../src/serve/lists/Runs.ts"
import { Sheet } from "../../../src/serve/lists/Write.ts"

const before = 5
const untouched = 0xaa

const sheetFor = (length: number) => new Sheet(new Uint8Array(before + length + Runs.beyond + 1).fill(untouched))

const check = (expected: Uint8Array, write: (sheet: Sheet) => number) => {
  const sheet = sheetFor(expected.length)
  const end = write(sheet)
  assert.strictEqual(end, before + expected.length)
  assert.deepStrictEqual(sheet.bytes.slice(before, end), expected)
  assert.isTrue(sheet.bytes.subarray(0, before).every((byte) => byte === untouched))
  assert.strictEqual(sheet.bytes.at(-1), untouched)
}

it.prop("a run", [Schema.Uint8Array], ([bytes]) => {
  const run = new Runs.Run(bytes)
  check(bytes, (sheet) => Runs.write(sheet, before, run))
})

it.prop("one of many", [Schema.Array(Schema.Uint8Array)], ([many]) => {
  // Neighbours that are the same, too.
  const twice = many.flatMap((bytes) => [bytes, bytes])
  const runs = new Runs.Runs(twice)
  twice.forEach((bytes, which) => check(bytes, (sheet) => Runs.writeOne(sheet, before, runs, which)))
})

it("neighbours that are the same array have one place", () => {
  const shared = Uint8Array.of(1, 2, 3)
  const { spans, words } = new Runs.Runs([shared, shared, shared, Uint8Array.of(4)])
  assert.deepStrictEqual([...spans], [0, 3, 0, 3, 0, 3, 8, 1])
  assert.strictEqual(words.byteLength, 16)
})
