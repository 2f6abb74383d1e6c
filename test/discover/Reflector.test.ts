import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Metric, Option, Random, Schema, Stream } from "effect"
import { TestClock } from "effect/testing"
import { backOff, wellAfter } from "../../src/discover/Reflector.ts"
import { inRegistry } from "../fixtures/Registry.ts"
import { bookmark, list, settle, status } from "../fixtures/ScriptedServer.ts"
import { added, deleted, start, thing, watching } from "../fixtures/Things.ts"

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

  it.effect("is heard page by page, and is well once it is complete", () =>
    inRegistry(Effect.gen(function*() {
      const { reflector, server } = yield* start
      const state = Effect.gen(function*() {
        const healthy = (yield* Metric.snapshot).find(({ id }) => id === "resource_metrics_watch_healthy")?.state
        return [healthy, (yield* reflector.health).lastContact]
      })
      assert.deepStrictEqual(yield* state, [{ value: 0 }, Option.none()])
      yield* TestClock.adjust("5 seconds")
      yield* (yield* server.next).reply(list("10", [], "more"))
      const second = yield* server.next
      assert.deepStrictEqual(yield* state, [{ value: 0 }, Option.some(5000)])
      yield* TestClock.adjust("5 seconds")
      yield* second.reply(list("10", []))
      yield* reflector.awaitSynced
      assert.deepStrictEqual(yield* state, [{ value: 1 }, Option.some(10_000)])
    })))

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

      yield* TestClock.adjust("1 second")
      yield* back.reset
      yield* settle
      yield* TestClock.adjust("200 millis")
      assert.strictEqual((yield* server.next).params["resourceVersion"], "12")
    }))

  it.effect("begins with the shortest pause again after a watch that held, even if it said nothing", () =>
    Effect.gen(function*() {
      const { server, watch } = yield* watching()
      yield* watch.reset
      for (const delay of [200, 400]) {
        yield* settle
        yield* TestClock.adjust(delay)
        yield* (yield* (yield* server.next).open).reset
      }
      yield* settle
      yield* TestClock.adjust(800)
      const quiet = yield* (yield* server.next).open
      yield* settle
      yield* TestClock.adjust("1 second")
      yield* quiet.reset
      yield* settle
      yield* TestClock.adjust("200 millis")
      yield* server.next
    }))

  it.effect("goes on with a longer pause after a watch that did not quite hold", () =>
    Effect.gen(function*() {
      const { server, watch } = yield* watching()
      yield* watch.reset
      for (const delay of [200, 400, 800]) {
        yield* settle
        yield* TestClock.adjust(delay)
        const short = yield* (yield* server.next).open
        yield* settle
        yield* TestClock.adjust(wellAfter - 1)
        yield* short.reset
      }
      yield* settle
      yield* TestClock.adjust(799)
      assert.strictEqual(yield* server.waiting, 0)
      yield* TestClock.adjust(801)
      yield* server.next
    }))

  it.effect("does not end when those of other clients do", () =>
    Effect.gen(function*() {
      const length = Effect.gen(function*() {
        const { server } = yield* start
        yield* (yield* server.next).reply(list("10", []))
        return (yield* server.next).params["timeoutSeconds"]
      })
      const lengths = yield* Effect.forEach(["a", "b"], (client) => Random.withSeed(length, client))
      assert.notStrictEqual(lengths[0], lengths[1])
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

it.prop("a pause is between half of and the whole doubled time, and at most half a minute", {
  failures: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2000 })),
  random: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
}, ({ failures, random }) => {
  const whole = Math.min(200 * 2 ** failures, 30_000)
  const pause = Duration.toMillis(backOff(failures, random))
  assert.isTrue(pause >= whole / 2 && pause <= whole)
})
