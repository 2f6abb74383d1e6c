import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Layer, Logger, Metric, Option, Result, Schema, Stream } from "effect"
import { TestClock } from "effect/testing"
import { LiveMap } from "../../src/discover/LiveMap.ts"
import * as Reflector from "../../src/discover/Reflector.ts"
import * as ScriptedServer from "../fixtures/ScriptedServer.ts"
import { bookmark, encode, list, settle, status } from "../fixtures/ScriptedServer.ts"

interface Thing {
  readonly name: string
  readonly color: string
}

const decodeThing = Schema.decodeUnknownResult(
  Schema.Struct({ metadata: Schema.Struct({ name: Schema.String }), color: Schema.String })
)

const thing = (name: string, color: string, resourceVersion = "0") => ({ metadata: { name, resourceVersion }, color })

const added = (name: string, color: string, resourceVersion: string) => ({
  type: "ADDED",
  object: thing(name, color, resourceVersion)
})

const deleted = (name: string, resourceVersion: string) => ({
  type: "DELETED",
  object: { metadata: { name, resourceVersion } }
})

/** A reflector of things, with what it holds as text, and what it logs. */
const start = Effect.gen(function*() {
  const server = yield* ScriptedServer.make
  const live = new LiveMap<Thing>((a, b) => a.color === b.color)
  const lines: Array<string> = []
  const logger = Logger.make(({ logLevel, message }) => {
    lines.push(`${logLevel} ${message}`)
  })
  const reflector = yield* Reflector.make({
    path: "/apis/things",
    params: { labelSelector: "kind=thing" },
    accept: { list: "application/json;of=list", watch: "application/json;of=watch" },
    decode: (object) =>
      Result.map(decodeThing(object), ({ color, metadata: { name } }) => {
        assert.notStrictEqual(name, "defect", "a name that the decoder cannot cope with")
        return { name, color }
      }),
    live
  }).pipe(Effect.provide(Layer.merge(server.layer, Logger.layer([logger]))))
  const held = Effect.map(settle, () => live.list().map(({ color, name }) => `${name} ${color}`))
  return { server, live, reflector, held, lines }
})

/** The same, already watching from version 10 with these in it. */
const watching = Effect.fnUntraced(function*(...things: ReadonlyArray<unknown>) {
  const started = yield* start
  yield* (yield* started.server.next).reply(list("10", things))
  const watch = yield* (yield* started.server.next).open
  return { ...started, watch }
})

describe("listing", () => {
  it.effect("goes page by page, and the watch starts where the first page did", () =>
    Effect.gen(function*() {
      const { held, reflector, server } = yield* start
      const first = yield* server.next
      assert.deepStrictEqual(first.params, { labelSelector: "kind=thing", limit: "500" })
      assert.strictEqual(first.accept, "application/json;of=list")
      yield* first.reply(list("10", [thing("a", "red"), thing("b", "red")], "more"))

      const second = yield* server.next
      assert.deepStrictEqual(second.params, { labelSelector: "kind=thing", limit: "500", continue: "more" })
      assert.isFalse(yield* reflector.synced)
      yield* second.reply(list("11", [thing("c", "blue")]))
      yield* reflector.awaitSynced
      assert.deepStrictEqual(yield* held, ["a red", "b red", "c blue"])

      const { accept, params: { timeoutSeconds, ...params } } = yield* server.next
      assert.deepStrictEqual(params, {
        labelSelector: "kind=thing",
        watch: "true",
        allowWatchBookmarks: "true",
        resourceVersion: "10"
      })
      assert.isAtLeast(Number(timeoutSeconds), 300)
      assert.isAtMost(Number(timeoutSeconds), 600)
      assert.strictEqual(accept, "application/json;of=watch")
    }))

  it.effect("starts again when its pages expire, and the second time asks for all in one piece", () =>
    Effect.gen(function*() {
      const { held, server } = yield* start
      for (let attempt = 0; attempt < 2; attempt++) {
        const page = yield* server.next
        assert.deepStrictEqual(page.params, { labelSelector: "kind=thing", limit: "500" })
        yield* page.reply(list("10", [thing("a", "red")], "more"))
        yield* (yield* server.next).reply(status(410, "the provided continue parameter is too old"), 410)
      }
      const whole = yield* server.next
      assert.deepStrictEqual(whole.params, { labelSelector: "kind=thing" })
      yield* whole.reply(list("20", [thing("a", "red"), thing("b", "red")]))
      assert.deepStrictEqual(yield* held, ["a red", "b red"])
    }))

  it.effect("an empty list may be null", () =>
    Effect.gen(function*() {
      const { reflector, server } = yield* start
      yield* (yield* server.next).reply({ metadata: { resourceVersion: "1" }, items: null })
      yield* reflector.awaitSynced
    }))

  it.effect("is tried again when it is refused, and says what to do", () =>
    Effect.gen(function*() {
      const { lines, reflector, server } = yield* start
      yield* (yield* server.next).reply(status(403, "things is forbidden"), 403)
      yield* settle
      const { error, synced } = yield* reflector.health
      assert.isFalse(synced)
      const message = "GET /apis/things: HTTP status 403: things is forbidden; " +
        "apply the ClusterRole system:metrics-server and its binding"
      assert.deepStrictEqual(error, Option.some(message))
      assert.deepStrictEqual(lines, [`Warn ${message}; what is known stays in use`])
      yield* TestClock.adjust("200 millis")
      yield* (yield* server.next).reply(list("1", []))
      yield* reflector.awaitSynced
    }))

  it.effect("is given up when no answer comes", () =>
    Effect.gen(function*() {
      const { reflector, server } = yield* start
      yield* server.next
      yield* TestClock.adjust("61 seconds")
      assert.deepStrictEqual((yield* reflector.health).error, Option.some("GET /apis/things: no answer in 60 seconds"))
      yield* server.next
    }))
})

describe("watching", () => {
  it.effect("follows what is added, modified and deleted", () =>
    Effect.gen(function*() {
      const { held, live, watch } = yield* watching(thing("a", "red"), thing("b", "red"))
      const changes = yield* Stream.runCollect(Stream.take(live.changes, 5)).pipe(
        Effect.forkChild({ startImmediately: true })
      )
      yield* watch.send(added("c", "blue", "11"), { type: "MODIFIED", object: thing("a", "green", "12") })
      yield* watch.send(added("b", "red", "13"), deleted("b", "14"), deleted("never", "15"))
      assert.deepStrictEqual(yield* held, ["a green", "c blue"])
      assert.deepStrictEqual(yield* Fiber.join(changes), [
        { _tag: "Put", value: { name: "a", color: "red" } },
        { _tag: "Put", value: { name: "b", color: "red" } },
        { _tag: "Put", value: { name: "c", color: "blue" } },
        { _tag: "Put", value: { name: "a", color: "green" } },
        { _tag: "Delete", key: "b" }
      ])
    }))

  it.effect("is resumed at once from the last version when the server ends it, a bookmark's included", () =>
    Effect.gen(function*() {
      const { reflector, server, watch } = yield* watching()
      yield* watch.send(added("a", "red", "11"), bookmark("42"))
      yield* watch.end
      assert.strictEqual((yield* server.next).params["resourceVersion"], "42")
      assert.deepStrictEqual((yield* reflector.health).error, Option.none())
    }))

  it.effect("backs off twice as long with each failure, tells it once, and recovers", () =>
    Effect.gen(function*() {
      const { lines, reflector, server, watch } = yield* watching()
      yield* watch.send(added("a", "red", "11"))
      yield* watch.reset
      for (const delay of [200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]) {
        yield* settle
        yield* TestClock.adjust(delay / 2 - 1)
        assert.strictEqual(yield* server.waiting, 0)
        yield* TestClock.adjust(delay / 2 + 1)
        const call = yield* server.next
        assert.strictEqual(call.params["resourceVersion"], "11")
        yield* (yield* call.open).reset
      }
      assert.strictEqual(lines.filter((line) => line.startsWith("Warn")).length, 1)
      yield* settle
      yield* TestClock.adjust("30 seconds")
      const back = yield* (yield* server.next).open
      yield* back.send(bookmark("12"))
      yield* settle
      assert.deepStrictEqual((yield* reflector.health).error, Option.none())
      assert.strictEqual(lines.at(-1), "Info /apis/things is followed again")

      yield* back.reset
      yield* settle
      yield* TestClock.adjust("200 millis")
      assert.strictEqual((yield* server.next).params["resourceVersion"], "12")
    }))

  it.effect("does not spin when every watch ends as it begins", () =>
    Effect.gen(function*() {
      const { reflector, server, watch } = yield* watching()
      yield* watch.end
      yield* settle
      assert.deepStrictEqual((yield* reflector.health).error, Option.some("GET /apis/things: the watch ended at once"))
      assert.strictEqual(yield* server.waiting, 0)
      yield* TestClock.adjust("200 millis")
      yield* server.next
    }))

  it.effect("is cut and resumed when it falls silent, while bookmarks keep it open", () =>
    Effect.gen(function*() {
      const { reflector, server, watch } = yield* watching()
      for (const version of ["11", "12", "13", "14"]) {
        yield* TestClock.adjust("60 seconds")
        yield* watch.send(bookmark(version))
        yield* settle
      }
      assert.strictEqual(yield* server.waiting, 0)
      assert.deepStrictEqual((yield* reflector.health).lastContact, Option.some(240_000))
      yield* TestClock.adjust("150 seconds")
      yield* watch.closed
      assert.strictEqual((yield* server.next).params["resourceVersion"], "14")
    }))

  it.effect("is given up when not even its head comes", () =>
    Effect.gen(function*() {
      const { reflector, server } = yield* start
      yield* (yield* server.next).reply(list("10", []))
      yield* server.next
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual((yield* reflector.health).error, Option.some("GET /apis/things: no answer in 30 seconds"))
      yield* TestClock.adjust("200 millis")
      yield* server.next
    }))
})

describe("an expired version", () => {
  const expiries = [
    [
      "as an HTTP status",
      (server: ScriptedServer.ScriptedServer) =>
        Effect.flatMap(server.next, (call) => call.reply(status(410, "too old"), 410))
    ],
    [
      "as an event",
      (server: ScriptedServer.ScriptedServer) =>
        Effect.flatMap(
          server.next,
          (call) => Effect.flatMap(call.open, (watch) => watch.send({ type: "ERROR", object: status(410, "too old") }))
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
      const counted = (yield* Metric.snapshot).find(({ id }) => id === "metrics_server_watch_malformed_objects_total")
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

it.prop("a pause is between half of and the whole doubled time, and at most half a minute", {
  failures: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2000 })),
  random: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
}, ({ failures, random }) => {
  const whole = Math.min(200 * 2 ** failures, 30_000)
  const pause = Duration.toMillis(Reflector.backOff(failures, random))
  assert.isTrue(pause >= whole / 2 && pause <= whole)
})
