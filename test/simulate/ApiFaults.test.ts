/** Faults of the simulated API server: what a client sees of each while it lasts, and after it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Option } from "effect"
import { TestClock } from "effect/testing"
import { ApiFault } from "../../src/simulate/ApiFault.ts"
import { ApiFaults } from "../../src/simulate/ApiFaults.ts"
import { ApiListener } from "../../src/simulate/ApiListener.ts"
import { ClusterState } from "../../src/simulate/ClusterState.ts"
import { eventually } from "../fixtures/Eventually.ts"
import { ask, inMemory, onLoopback, overMemory, overSockets, watch } from "../fixtures/SimulatedApi.ts"

const nodes = "/api/v1/nodes"

const begin = (api: string, fault: ApiFault) => Effect.flatMap(ApiFaults, ({ set }) => set(api, Option.some(fault)))

const end = (api: string) => Effect.flatMap(ApiFaults, ({ set }) => set(api, Option.none()))

const touch = (name: string) =>
  Effect.flatMap(ClusterState, ({ updateNode }) => updateNode(name, (node) => ({ ...node, ready: !node.ready })))

for (
  const { connect, layer, mode } of [
    { mode: "over sockets", layer: onLoopback, connect: overSockets },
    { mode: "in memory", layer: inMemory, connect: overMemory }
  ]
) {
  describe(`a faulty API, ${mode}`, () => {
    it.live("refuses with a status, alone among others, until the fault ends", () =>
      Effect.gen(function*() {
        const client = yield* connect
        yield* begin("nodes", ApiFault.Status({ status: 429 }))
        const refused = yield* client.get(nodes)
        assert.deepStrictEqual([refused.status, refused.headers["retry-after"]], [429, "1"])
        assert.strictEqual((yield* client.get("/api/v1/pods")).status, 200)
        yield* end("nodes")
        assert.strictEqual((yield* client.get(nodes)).status, 200)
      }).pipe(Effect.provide(layer)))

    it.live("shares the fault of all where it has none of its own", () =>
      Effect.gen(function*() {
        const client = yield* connect
        yield* begin("*", ApiFault.Status({ status: 503 }))
        yield* begin("nodes", ApiFault.Slow({ delay: "1 millis" }))
        assert.strictEqual((yield* client.get("/api/v1/pods")).status, 503)
        assert.strictEqual((yield* client.get("/version")).status, 503)
        assert.strictEqual((yield* client.get(nodes)).status, 200)
      }).pipe(Effect.provide(layer)))

    it.live("answers with something else, or breaks off", () =>
      Effect.gen(function*() {
        const client = yield* connect
        yield* begin("nodes", ApiFault.Garbage())
        assert.match(yield* Effect.flatMap(client.get(nodes), (answer) => answer.text), /^<!doctype html>/)
        yield* begin("nodes", ApiFault.Truncated())
        assert.isTrue(Exit.isFailure(yield* Effect.exit(ask(client, nodes))))
      }).pipe(Effect.provide(layer)))

    it.live("tells of an object without its name, in lists and in watches", () =>
      Effect.gen(function*() {
        const client = yield* connect
        const { metadata } = yield* ask(client, nodes)
        const { next } = yield* watch(client, `${nodes}?watch=1&resourceVersion=${metadata.resourceVersion}`)
        yield* begin("nodes", ApiFault.Malformed({ name: "worker-0001" }))
        const { items } = yield* ask(client, nodes)
        assert.deepStrictEqual(items.map((item) => item.metadata.name), ["", "worker-0002"])
        yield* touch("worker-0001")
        assert.strictEqual((yield* next).object.metadata.name, "")
      }).pipe(Effect.provide(layer)))

    it.live("hangs, and then answers and tells what happened", () =>
      Effect.gen(function*() {
        const client = yield* connect
        const { metadata } = yield* ask(client, nodes)
        const { all, next } = yield* watch(client, `${nodes}?watch=1&resourceVersion=${metadata.resourceVersion}`)
        yield* begin("nodes", ApiFault.Hang())
        const asked = yield* Effect.forkChild(client.get(nodes), { startImmediately: true })
        yield* touch("worker-0001")
        const { waiting } = yield* ApiFaults
        yield* eventually("both to wait", Effect.sync(waiting), (waiting) => waiting === 2)
        assert.isUndefined(asked.pollUnsafe())
        assert.deepStrictEqual(yield* all, [])
        yield* end("nodes")
        assert.strictEqual((yield* Fiber.join(asked)).status, 200)
        assert.strictEqual((yield* next).type, "MODIFIED")
        assert.strictEqual(waiting(), 0)
      }).pipe(Effect.provide(layer)))

    it.live("breaks the watches that are open, and those that are opened", () =>
      Effect.gen(function*() {
        const client = yield* connect
        const { ended, next } = yield* watch(client, `${nodes}?watch=1`)
        const other = yield* watch(client, "/api/v1/pods?watch=1")
        yield* next
        yield* begin("nodes", ApiFault.WatchCut())
        assert.isTrue(Exit.isFailure(yield* ended))
        assert.isTrue(Exit.isFailure(yield* Effect.flatMap(watch(client, `${nodes}?watch=1`), ({ ended }) => ended)))
        yield* end("nodes")
        yield* (yield* watch(client, `${nodes}?watch=1`)).next
        yield* other.next
      }).pipe(Effect.provide(layer)))

    it.live("silences the watches that are open for ever", () =>
      Effect.gen(function*() {
        const client = yield* connect
        const { all, next } = yield* watch(client, `${nodes}?watch=1`)
        yield* Effect.andThen(next, next)
        yield* (yield* ApiFaults).strike("nodes", ApiFault.WatchSilence())
        const later = yield* watch(client, `${nodes}?watch=1`)
        yield* Effect.andThen(later.next, later.next)
        yield* touch("worker-0001")
        assert.strictEqual((yield* later.next).type, "MODIFIED")
        assert.deepStrictEqual(yield* all, [])
      }).pipe(Effect.provide(layer)))
  })
}

describe("the API server", () => {
  it.effect("is as slow as it is told to be", () =>
    Effect.gen(function*() {
      const client = yield* overMemory
      yield* begin("nodes", ApiFault.Slow({ delay: "20 seconds" }))
      const asked = yield* Effect.forkChild(client.get(nodes), { startImmediately: true })
      yield* TestClock.adjust("19 seconds")
      assert.isUndefined(asked.pollUnsafe())
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Fiber.join(asked)).status, 200)
    }).pipe(Effect.provide(inMemory)))

  it.live("leaves its port, breaking what is under way, and comes back with what it stored", () =>
    Effect.gen(function*() {
      const client = yield* overSockets
      const { comeBack, leave } = yield* ApiListener
      const before = yield* ask(client, nodes)
      const { ended } = yield* watch(client, `${nodes}?watch=1&resourceVersion=${before.metadata.resourceVersion}`)
      yield* leave
      assert.isTrue(Exit.isFailure(yield* ended))
      assert.isTrue(Exit.isFailure(yield* Effect.exit(client.get(nodes))))
      yield* touch("worker-0001")
      yield* comeBack
      const { next } = yield* watch(client, `${nodes}?watch=1&resourceVersion=${before.metadata.resourceVersion}`)
      assert.strictEqual((yield* next).type, "MODIFIED")
    }).pipe(Effect.provide(onLoopback)))

  it.live("goes on from far above, and knows nothing of before", () =>
    Effect.gen(function*() {
      const client = yield* overSockets
      const before = yield* ask(client, nodes)
      yield* (yield* ClusterState).jump
      const { next } = yield* watch(client, `${nodes}?watch=1&resourceVersion=${before.metadata.resourceVersion}`)
      assert.strictEqual((yield* next).object.code, 410)
      const after = yield* ask(client, nodes)
      assert.isAbove(Number(after.metadata.resourceVersion), 1_000_000 + Number(before.metadata.resourceVersion))
    }).pipe(Effect.provide(onLoopback)))
})
