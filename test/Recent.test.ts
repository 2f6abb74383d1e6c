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
