import { assert, it } from "@effect/vitest"
import { Schema } from "effect"
import { intern, size } from "../../src/discover/Labels.ts"
import { collect } from "../fixtures/Garbage.ts"

it.prop("two sets are the same object exactly when they are equal", {
  a: Schema.Record(Schema.String, Schema.String),
  b: Schema.Record(Schema.String, Schema.String)
}, ({ a, b }) => {
  const reversed = Object.fromEntries(Object.entries(a).toReversed())
  assert.deepEqual(intern(a), a)
  assert.strictEqual(intern(a), intern(reversed))
  const equal = Object.keys(a).length === Object.keys(b).length && Object.keys(a).every((key) => a[key] === b[key])
  assert.strictEqual(intern(a) === intern(b), equal)
})

it("a set cannot be changed by one of those who share it", () => {
  assert.isFrozen(intern({ app: "web" }))
})

it("a set that nobody holds any more is forgotten, and one that is held is not", async () => {
  const before = size()
  const held = intern({ held: "yes" })
  for (let i = 0; i < 10_000; i++) intern({ pod: `web-${i}` })
  for (let round = 0; round < 100 && size() > before + 100; round++) await collect()
  assert.isAtMost(size(), before + 100)
  assert.strictEqual(intern({ held: "yes" }), held)
})
