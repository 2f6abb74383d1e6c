import { assert, describe, it } from "@effect/vitest"
import { Timetable } from "../../src/scrape/Timetable.ts"

describe("Timetable", () => {
  it("lets turns begin at the last tick up to their moment, several together", () => {
    const timetable = new Timetable(100, 1000)
    timetable.put("a", 1200)
    timetable.put("b", 1299)
    timetable.put("c", 1300)
    assert.deepStrictEqual(timetable.take(1199), [])
    assert.deepStrictEqual(timetable.take(1200), ["a", "b"])
    assert.deepStrictEqual(timetable.take(1250), [])
    assert.deepStrictEqual(timetable.take(1300), ["c"])
    assert.deepStrictEqual(timetable.take(9999), [])
  })

  it("says when whose turn begins", () => {
    const timetable = new Timetable(100, 1000)
    timetable.put("a", 1299)
    assert.deepStrictEqual([timetable.at("a"), timetable.at("b")], [1200, Infinity])
    timetable.take(1200)
    assert.strictEqual(timetable.at("a"), Infinity)
  })

  it("misses none when somebody was late to ask, and keeps their order", () => {
    const timetable = new Timetable(100, 0)
    timetable.put("late", 700)
    timetable.put("early", 100)
    timetable.put("later", 5000)
    assert.deepStrictEqual(timetable.take(1000), ["early", "late"])
  })

  it("lets what should have begun begin at the next tick", () => {
    const timetable = new Timetable(100, 0)
    assert.deepStrictEqual(timetable.take(500), [])
    timetable.put("a", 100)
    assert.deepStrictEqual(timetable.take(599), [])
    assert.deepStrictEqual(timetable.take(600), ["a"])
  })

  it("has one moment for a name, the last one that was said, or none", () => {
    const timetable = new Timetable(100, 0)
    timetable.put("a", 200)
    timetable.put("a", 400)
    timetable.put("b", 200)
    timetable.put("b", 400)
    timetable.put("b", 200)
    timetable.put("c", 200)
    timetable.delete("c")
    timetable.delete("nobody")
    assert.deepStrictEqual(timetable.take(200), ["b"])
    assert.deepStrictEqual(timetable.take(400), ["a"])
  })

  it("says at which tick the next turn begins, if anybody has one", () => {
    const timetable = new Timetable(100, 1000)
    assert.strictEqual(timetable.next, Infinity)
    timetable.put("a", 1777)
    assert.strictEqual(timetable.next, 1700)
    timetable.put("b", 1299)
    assert.strictEqual(timetable.next, 1200)
    assert.deepStrictEqual(timetable.take(1250), ["b"])
    assert.strictEqual(timetable.next, 1700)
    assert.deepStrictEqual(timetable.take(1700), ["a"])
    assert.strictEqual(timetable.next, Infinity)
  })
})
