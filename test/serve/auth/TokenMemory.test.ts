import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, layer } from "@effect/vitest"
import { Effect, Path, Stream } from "effect"
import { ChildProcess } from "effect/process"

/** What the program says that looks for a token in its own memory. */
const look = Effect.fnUntraced(function*(...flags: ReadonlyArray<string>) {
  const program = yield* (yield* Path.Path).fromFileUrl(new URL("../../fixtures/TokenHeap.ts", import.meta.url))
  const child = yield* ChildProcess.make(process.execPath, ["--expose-gc", program, ...flags], { stdin: "ignore" })
  return JSON.parse(yield* Stream.mkString(Stream.decodeText(child.all)))
})

layer(NodeServices.layer, { excludeTestServices: true })("a token", (it) => {
  it.effect("is in no memory once it is reviewed, although the review is remembered", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* look(), { found: false, kept: 0, cached: true })
      // And would be found.
      assert.deepStrictEqual(yield* look("keep"), { found: true, kept: 1, cached: true })
    }))
})
