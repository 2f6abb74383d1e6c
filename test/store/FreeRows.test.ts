/** Rows are given out once, and again when they were given back. */
import { assert, it } from "@effect/vitest"
import { Schema } from "effect"
import { FreeRows } from "../../src/store/FreeRows.ts"

const all = 64

/** So many rows are asked for, or those of the nth who has some are given back. */
const Order = Schema.Struct({
  takes: Schema.Boolean,
  number: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 24 }))
})

/** Where so many rows beside each other begin first that nobody has, looked for one by one. */
const firstFit = (taken: ReadonlyArray<boolean>, rows: number) => {
  const first = taken.findIndex((_, at) => at + rows <= all && !taken.slice(at, at + rows).includes(true))
  return first < 0 ? undefined : first
}

it.prop(
  "the first rows that nobody has and that suffice are given, whoever had them before",
  { orders: Schema.Array(Order).check(Schema.isMinLength(20), Schema.isMaxLength(200)) },
  ({ orders }) => {
    const free = new FreeRows(all)
    const taken = Array.from({ length: all }, () => false)
    const places: Array<{ readonly first: number; readonly rows: number }> = []
    for (const { number, takes } of orders) {
      if (takes) {
        const first = free.take(number)
        assert.strictEqual(first, firstFit(taken, number))
        if (first === undefined) continue
        taken.fill(true, first, first + number)
        places.push({ first, rows: number })
      } else {
        const [place] = places.splice(number % places.length, 1)
        if (place === undefined) continue
        free.give(place.first, place.rows)
        taken.fill(false, place.first, place.first + place.rows)
      }
      assert.strictEqual(free.areAll, !taken.includes(true))
    }
    for (const { first, rows } of places) free.give(first, rows)
    assert.isTrue(free.areAll)
    assert.strictEqual(free.take(all), 0)
  }
)
