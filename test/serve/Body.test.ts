import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import type { HttpBody } from "effect/http"
import * as Body from "../../src/serve/Body.ts"

const bytes = (text: string) => Buffer.from(text)

/** A body of these pieces, which says when one of them is made. */
const body = (pieces: ReadonlyArray<string>, isCounted: boolean) => {
  const made: Array<string> = []
  const making = function*() {
    for (const piece of pieces) {
      made.push(piece)
      yield bytes(piece)
    }
  }
  const around = (length: number) => [bytes(isCounted ? `<${length}>` : "<"), bytes(">")] as const
  return { made, body: Body.make({ pieces: making(), around, isCounted }, "text/plain") }
}

const read = (body: HttpBody.HttpBody): Effect.Effect<string, unknown> => {
  if (body._tag === "Uint8Array") return Effect.succeed(Buffer.from(body.body).toString())
  return body._tag === "Stream" ? Stream.mkString(Stream.decodeText(body.stream)) : Effect.die("no body")
}

describe("a body in pieces", () => {
  it.effect.each([[[], ""], [["a"], "a"], [["a", "bc"], "abc"], [["a", "bc", "d", "e"], "abcde"]] as const)(
    "%j is whole",
    ([pieces, whole]) =>
      Effect.gen(function*() {
        assert.strictEqual(yield* read(body(pieces, false).body), `<${whole}>`)
        assert.strictEqual(yield* read(body(pieces, true).body), `<${whole.length}>${whole}>`)
      })
  )

  it("has a length when it is only one", () =>
    assert.deepStrictEqual(
      [body(["a"], false), body(["a", "b"], false)].map(({ body }) => "contentLength" in body ? body.contentLength : 0),
      [3, undefined]
    ))

  it.effect("is made as it is taken", () =>
    Effect.gen(function*() {
      const { body: lazy, made } = body(["a", "b", "c", "d", "e"], false)
      assert.deepStrictEqual(made, ["a", "b"])
      assert.strictEqual(lazy._tag, "Stream")
      if (lazy._tag !== "Stream") return
      yield* Stream.runDrain(Stream.take(lazy.stream, 4))
      assert.deepStrictEqual(made, ["a", "b", "c"])
    }))
})
