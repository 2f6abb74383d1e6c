import { assert, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { Pods } from "../../src/discover/Pods.ts"
import * as ScriptedServer from "../fixtures/ScriptedServer.ts"
import { list, settle } from "../fixtures/ScriptedServer.ts"

const podObject = (namespace: string, name: string, labels?: Readonly<Record<string, string>>) => ({
  kind: "PartialObjectMetadata",
  apiVersion: "meta.k8s.io/v1",
  metadata: { namespace, name, uid: "x", managedFields: [{ manager: "kubelet" }], ...labels && { labels } }
})

const start = Effect.gen(function*() {
  const server = yield* ScriptedServer.make
  const pods = Context.get(yield* Layer.build(Pods.layer.pipe(Layer.provide(server.layer))), Pods)
  return { server, pods }
})

it.effect("running pods are asked for, by their metadata alone", () =>
  Effect.gen(function*() {
    const { server } = yield* start
    const first = yield* server.next
    assert.strictEqual(first.path, "/api/v1/pods")
    assert.strictEqual(first.params["fieldSelector"], "status.phase=Running")
    assert.strictEqual(
      first.accept,
      "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json"
    )
    yield* first.reply(list("1", []))
    const watch = yield* server.next
    assert.strictEqual(watch.params["fieldSelector"], "status.phase=Running")
    assert.strictEqual(watch.accept, "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json")
  }))

it.effect("pods are found by name, listed in order, and equal labels are one object", () =>
  Effect.gen(function*() {
    const { pods, server } = yield* start
    assert.isFalse(yield* pods.synced)
    yield* (yield* server.next).reply(list("1", [
      podObject("web", "b", { app: "web", tier: "front" }),
      podObject("db", "z"),
      podObject("web", "a", { tier: "front", app: "web" })
    ]))
    yield* pods.awaitSynced
    assert.deepStrictEqual(pods.parts("").flat().map(({ name, namespace }) => `${namespace}/${name}`), [
      "db/z",
      "web/a",
      "web/b"
    ])
    assert.deepStrictEqual(pods.parts("web").flat().map(({ name }) => name), ["a", "b"])
    assert.deepStrictEqual(pods.parts("none"), [])
    assert.deepEqual(pods.get("web", "a"), { namespace: "web", name: "a", labels: { app: "web", tier: "front" } })
    assert.isUndefined(pods.get("db", "a"))
    assert.strictEqual(pods.get("web", "a")?.labels, pods.get("web", "b")?.labels)
  }))

it.effect("a change reaches the lists of its namespace and leaves the others as they are", () =>
  Effect.gen(function*() {
    const { pods, server } = yield* start
    yield* (yield* server.next).reply(list("1", [podObject("web", "a"), podObject("db", "z")]))
    const watch = yield* (yield* server.next).open
    yield* settle
    const [web, db] = [pods.parts("web"), pods.parts("db")]
    yield* watch.send(
      { type: "ADDED", object: podObject("web", "b") },
      { type: "MODIFIED", object: podObject("web", "a", { canary: "yes" }) },
      { type: "MODIFIED", object: podObject("db", "z") }
    )
    yield* settle
    assert.strictEqual(pods.parts("db"), db)
    assert.deepStrictEqual(web.flat().map(({ name }) => name), ["a"])
    assert.deepEqual(pods.parts("web").flat().map(({ labels, name }) => [name, labels]), [
      ["a", { canary: "yes" }],
      ["b", {}]
    ])
    assert.strictEqual(pods.parts("").flat().length, 3)

    yield* watch.send({ type: "DELETED", object: podObject("db", "z") })
    yield* settle
    assert.deepStrictEqual(pods.parts("db"), [])
    assert.strictEqual(pods.parts("").flat().length, 2)
  }))

it.effect("pods that never change are synced from the start", () =>
  Effect.gen(function*() {
    const pods = yield* Pods
    assert.isTrue(yield* pods.synced)
    assert.strictEqual(pods.get("web", "a")?.name, "a")
  }).pipe(Effect.provide(Pods.layerStatic([{ namespace: "web", name: "a", labels: {} }]))))
