import { assert, it } from "@effect/vitest"
import * as Recent from "../src/Recent.ts"

it("what is made of a value is made once while the value comes again", () => {
  const made: Array<string> = []
  const of = Recent.of((value: string) => {
    made.push(value)
    return value.toUpperCase()
  })
  assert.deepStrictEqual(["a", "b", "a", "b"].map(of), ["A", "B", "A", "B"])
  assert.deepStrictEqual(made, ["a", "b"])
})

it("of values that never come again no more than a thousand or so are kept, and none that is long", () => {
  const of = Recent.of((value: string | number) => ({ value }))
  const first = of(0)
  for (let value = 1; value < 5000; value++) of(value)
  assert.notStrictEqual(of(0), first)
  const long = "x".repeat(513)
  assert.notStrictEqual(of(long), of(long))
})

it("of whole numbers, those that come again and again are made once", () => {
  const made: Array<number> = []
  const of = Recent.ofIntegers((value) => {
    made.push(value)
    return String(value)
  }, 4)
  assert.deepStrictEqual([7, 8, 7, 8].map(of), ["7", "8", "7", "8"])
  assert.deepStrictEqual(made, [7, 8])
})

it("of whole numbers that want the same place each has its own all the same", () => {
  const of = Recent.ofIntegers(String, 4)
  const values = [3, 7, 3, -1, 2 ** 40 + 3, 7, 0, Number.MAX_SAFE_INTEGER]
  assert.deepStrictEqual(values.map(of), values.map(String))
})
