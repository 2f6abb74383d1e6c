import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Metric, Option, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { ScriptedServer } from "../fixtures/ScriptedServer.ts"
import { bookmark, encode, list, settle, status } from "../fixtures/ScriptedServer.ts"
import { added, thing, watching } from "../fixtures/Things.ts"

describe("a version", () => {
  const refuse = (code: number, message: string) => (server: ScriptedServer) =>
    Effect.flatMap(server.next, (call) => call.reply(status(code, message), code))

  const expiries = [
    ["that is forgotten", refuse(410, "too old resource version")],
    ["that is none", refuse(400, "Invalid value: \"10\"")],
    ["of a server restored from a backup", refuse(504, "Too large resource version")],
    [
      "told of as an event",
      (server: ScriptedServer) =>
        Effect.flatMap(
          server.next,
          (call) => Effect.flatMap(call.open, (watch) => watch.send({ type: "ERROR", object: status(410, "too old") }))
        )
    ],
    [
      "told of behind another event",
      (server: ScriptedServer) =>
        Effect.flatMap(
          server.next,
          (call) =>
            Effect.flatMap(
              call.open,
              (watch) => watch.send(bookmark("12"), { type: "ERROR", object: status(410, "too old") })
            )
        )
    ]
  ] as const

  it.effect.each(expiries)(
    "%s lists again at once; what is known stays served and only differences are changes",
    ([, expire]) =>
      Effect.gen(function*() {
        const { held, live, server, watch } = yield* watching(thing("a", "red"), thing("b", "red"), thing("c", "red"))
        const changes = yield* Stream.runCollect(Stream.take(Stream.drop(live.changes, 3), 3)).pipe(
          Effect.forkChild({ startImmediately: true })
        )
        yield* watch.send(bookmark("11"))
        yield* watch.end
        yield* expire(server)

        const again = yield* server.next
        assert.strictEqual(again.params["limit"], "500")
        yield* again.reply(list("20", [thing("a", "red")], "more"))
        assert.deepStrictEqual(yield* held, ["a red", "b red", "c red"])
        yield* (yield* server.next).reply(list("20", [thing("c", "blue"), thing("d", "red")]))
        assert.deepStrictEqual(yield* held, ["a red", "c blue", "d red"])
        assert.deepStrictEqual(yield* Fiber.join(changes), [
          { _tag: "Delete", key: "b" },
          { _tag: "Put", value: { name: "c", color: "blue" } },
          { _tag: "Put", value: { name: "d", color: "red" } }
        ])
        assert.strictEqual((yield* server.next).params["resourceVersion"], "20")
      })
  )

  it.effect.each(expiries)(
    "%s after every list does not become a storm of lists",
    ([, expire]) =>
      Effect.gen(function*() {
        const { server, watch } = yield* watching()
        yield* watch.send(bookmark("11"))
        yield* watch.end
        yield* expire(server)
        for (const delay of [400, 800, 1600]) {
          yield* (yield* server.next).reply(list("20", []))
          yield* expire(server)
          yield* settle
          yield* TestClock.adjust(delay / 2 - 1)
          assert.strictEqual(yield* server.waiting, 0)
          yield* TestClock.adjust(delay / 2 + 1)
        }
        assert.strictEqual((yield* server.next).params["limit"], "500")
      })
  )
})

describe("what cannot be read", () => {
  it.effect("an object is counted and skipped, and no other is lost", () =>
    Effect.gen(function*() {
      const { held, lines, server, watch } = yield* watching(thing("a", "red"), { metadata: {} }, thing("b", "red"))
      assert.deepStrictEqual(yield* held, ["a red", "b red"])
      yield* watch.send(
        { type: "ADDED", object: { metadata: { name: "c", resourceVersion: "11" }, color: 7 } },
        "no event",
        { type: "FUTURE", object: 1 },
        added("d", "red", "12")
      )
      assert.deepStrictEqual(yield* held, ["a red", "b red", "d red"])
      assert.match(lines.at(-3) ?? "", /^Warn skipped a malformed object of \/apis\/things, "c": Expected string/)
      const counted = (yield* Metric.snapshot).find(({ id }) => id === "resource_metrics_watch_malformed_objects_total")
      assert.isAtLeast(Number(counted?.type === "Counter" ? counted.state.count : 0), 4)
      yield* watch.end
      assert.strictEqual((yield* server.next).params["resourceVersion"], "12")
    }))

  it.effect("a line is read whole, wherever the network cuts it", () =>
    Effect.gen(function*() {
      const { held, watch } = yield* watching()
      for (const byte of encode([added("ä€😀", "grün", "11"), added("b", "red", "12")])) {
        yield* watch.sendBytes(Uint8Array.of(byte))
      }
      assert.deepStrictEqual(yield* held, ["b red", "ä€😀 grün"])
    }))

  it.effect("half a line at the end of a watch belongs to the next watch", () =>
    Effect.gen(function*() {
      const { held, reflector, server, watch } = yield* watching()
      yield* watch.sendBytes(encode([added("a", "red", "11"), added("b", "red", "12")]).slice(0, -20))
      yield* watch.end
      const next = yield* server.next
      assert.strictEqual(next.params["resourceVersion"], "11")
      assert.deepStrictEqual((yield* reflector.health).error, Option.none())
      yield* (yield* next.open).send(added("b", "red", "12"))
      assert.deepStrictEqual(yield* held, ["a red", "b red"])
    }))

  it.effect.each(
    [
      ["no JSON", new TextEncoder().encode("<html>\n")],
      ["longer than any object", new Uint8Array(16 * 1024 * 1024 + 1).fill(0x20)]
    ] as const
  )("a line that is %s is passed by with a new list", ([, bytes]) =>
    Effect.gen(function*() {
      const { server, watch } = yield* watching()
      yield* watch.send(added("a", "red", "11"))
      yield* watch.sendBytes(bytes)
      assert.strictEqual((yield* server.next).params["limit"], "500")
    }))

  it.effect("a defect is told, and the loop goes on", () =>
    Effect.gen(function*() {
      const { held, lines, server, watch } = yield* watching(thing("a", "red"))
      yield* watch.send(added("defect", "red", "11"))
      yield* settle
      assert.include(lines.at(-1), "a name that the decoder cannot cope with")
      yield* TestClock.adjust("200 millis")
      yield* (yield* server.next).reply(list("12", [thing("b", "red")]))
      assert.deepStrictEqual(yield* held, ["b red"])
    }))
})
