/** Every dependency is a decision, and none is one that its makers gave up. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, layer } from "@effect/vitest"
import { Effect, FileSystem, Path, Schema } from "effect"

const read = Effect.fnUntraced(function*(file: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  return yield* fs.readFileString(yield* path.fromFileUrl(new URL(`../${file}`, import.meta.url)))
})

const Versions = Schema.Record(Schema.String, Schema.String)

const Package = Schema.fromJsonString(Schema.Struct({ dependencies: Versions, devDependencies: Versions }))

const Lock = Schema.fromJsonString(Schema.Struct({
  packages: Schema.Record(Schema.String, Schema.Struct({ deprecated: Schema.optionalKey(Schema.String) }))
}))

layer(NodeServices.layer)("dependencies", (it) => {
  it.effect("are listed with their purpose in docs/decisions.md, all of them and nothing else", () =>
    Effect.gen(function*() {
      const { dependencies, devDependencies } = yield* Schema.decodeEffect(Package)(yield* read("package.json"))
      const rows = (yield* read("docs/decisions.md")).matchAll(/^\| `([^`]+)` \| [^|]+ \|$/gm)
      assert.sameMembers(
        Array.from(rows, ([, name]) => name),
        Object.keys({ ...dependencies, ...devDependencies })
      )
    }))

  it.effect("are not deprecated, nor is anything that they bring along", () =>
    Effect.gen(function*() {
      const { packages } = yield* Schema.decodeEffect(Lock)(yield* read("package-lock.json"))
      const deprecated = Object.entries(packages).filter(([, { deprecated }]) => deprecated !== undefined)
      assert.deepStrictEqual(deprecated, [])
    }))
})
