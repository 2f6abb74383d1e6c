import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as LabelSelectorParser from "../../src/selector/LabelSelectorParser.ts"
import * as Selections from "../../src/serve/Selections.ts"

const selector = (text: string) => Result.getOrThrow(LabelSelectorParser.parse(text))

const part = Array.from({ length: 10 }, (_, i) => ({ name: `pod-${i}`, labels: { app: i < 4 ? "a" : "b" } }))

const names = (list: typeof part) => list.map(({ name }) => name)

describe("what a selector selects of a part", () => {
  it("is found once, while the selector comes again and the part stays", () => {
    const select = Selections.make<(typeof part)[number]>()
    const ofA = selector("app=a")
    assert.deepStrictEqual(names([...select(ofA)(part)]), ["pod-0", "pod-1", "pod-2", "pod-3"])
    assert.strictEqual(select(ofA)(part), select(ofA)(part))
    assert.notStrictEqual(select(ofA)([...part]), select(ofA)(part))
    assert.notStrictEqual(select(selector("app=b"))(part), select(ofA)(part))
  })

  it("is the part itself where that is all of it, so that nothing more is kept", () => {
    const select = Selections.make<(typeof part)[number]>()
    assert.strictEqual(select(selector("app"))(part), part)
    assert.strictEqual(select(selector(""))(part), part)
  })

  it("is found anew when more was selected since than is kept", () => {
    const select = Selections.make<(typeof part)[number]>(40)
    const ofA = selector("app=a")
    const first = select(ofA)(part)
    select(selector("app=b"))(part)
    assert.strictEqual(select(ofA)(part), first)
    for (let i = 0; i < 2; i++) select(selector("app=b"))(part)
    assert.notStrictEqual(select(ofA)(part), first)
    assert.deepStrictEqual(select(ofA)(part), first)
  })
})
