/** What is there at once is answered at once. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer } from "effect"
import * as AtOnce from "../../src/serve/AtOnce.ts"
import { MetricsApi } from "../../src/serve/MetricsApi.ts"
import { versions } from "../../src/serve/schema/Metrics.ts"
import { cluster } from "../fixtures/Asking.ts"

describe("what is put around those that wait", () => {
  const guard = AtOnce.unlessDone((effect: Effect.Effect<string, string>) =>
    effect.pipe(Effect.catch((error) => Effect.succeed(`caught ${error}`)))
  )

  it("is left away of what is done", () => {
    const done = Effect.succeed("done")
    assert.strictEqual(guard(done), done)
  })

  it.effect("is there for what fails, at once or later", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* guard(Effect.fail("this")), "caught this")
      assert.strictEqual(yield* guard(Effect.andThen(Effect.yieldNow, Effect.fail("that"))), "caught that")
    }))
})

it.effect("objects and lists of them are there at once", () =>
  Effect.gen(function*() {
    const { nodes, pods } = yield* MetricsApi
    const all = { namespace: "", query: new URLSearchParams() }
    for (const version of versions) {
      assert.isTrue(Exit.isExit(pods(version).get({ namespace: "web", name: "a" })))
      assert.isTrue(Exit.isExit(nodes(version).get({ namespace: "", name: "node-a" })))
      for (const resource of [nodes(version), pods(version)]) assert.isTrue(Exit.isExit(resource.list(all)))
    }
  }).pipe(Effect.provide(Layer.provide(MetricsApi.layer({ versions }), cluster))))
