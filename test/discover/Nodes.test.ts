import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Option, Stream } from "effect"
import { type Node, Nodes } from "../../src/discover/Nodes.ts"
import * as ScriptedServer from "../fixtures/ScriptedServer.ts"
import { list, settle } from "../fixtures/ScriptedServer.ts"

/** As a kubelet reports itself, cut short: the fields that are read among some that are not. */
const nodeObject = (name: string, resourceVersion: string, heartbeat: string) => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: {
    name,
    resourceVersion,
    labels: { "kubernetes.io/os": "linux", "kubernetes.io/hostname": name },
    annotations: { "node.alpha.kubernetes.io/ttl": "0" }
  },
  spec: { podCIDR: "10.244.0.0/24" },
  status: {
    addresses: [{ type: "InternalIP", address: "172.18.0.2" }, { type: "Hostname", address: name }],
    conditions: [
      { type: "MemoryPressure", status: "False", lastHeartbeatTime: heartbeat },
      { type: "Ready", status: "True", lastHeartbeatTime: heartbeat }
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } },
    images: [{ names: ["registry.k8s.io/pause:3.10"], sizeBytes: 1 }]
  }
})

const worker: Node = {
  name: "worker",
  labels: { "kubernetes.io/hostname": "worker", "kubernetes.io/os": "linux" },
  addresses: [{ type: "InternalIP", address: "172.18.0.2" }, { type: "Hostname", address: "worker" }],
  kubeletPort: 10_250,
  ready: true,
  metricsPath: "/metrics/resource"
}

const start = (nodeSelector: Option.Option<string> = Option.none()) =>
  Effect.gen(function*() {
    const server = yield* ScriptedServer.make
    const nodes = yield* Layer.build(Nodes.layer({ nodeSelector }).pipe(Layer.provide(server.layer)))
    return { server, nodes: Context.get(nodes, Nodes) }
  })

/** What is kept of one node object. */
const kept = (object: unknown) =>
  Effect.gen(function*() {
    const { nodes, server } = yield* start()
    yield* (yield* server.next).reply(list("1", [object]))
    yield* nodes.awaitSynced
    return nodes.list()[0]
  })

describe("a node", () => {
  it.effect("is kept with what scraping needs of it and nothing else", () =>
    Effect.gen(function*() {
      assert.deepEqual(yield* kept(nodeObject("worker", "1", "2026-01-01T00:00:00Z")), worker)
    }))

  it.effect("may have no status yet", () =>
    Effect.gen(function*() {
      assert.deepEqual(yield* kept({ metadata: { name: "new" } }), {
        name: "new",
        labels: {},
        addresses: [],
        kubeletPort: 0,
        ready: false,
        metricsPath: "/metrics/resource"
      })
    }))

  it.effect.each([0, -1, 65_536])(
    "whose kubelet's port is said to be %d does not say it",
    (Port) =>
      Effect.gen(function*() {
        const status = { daemonEndpoints: { kubeletEndpoint: { Port } } }
        assert.strictEqual((yield* kept({ metadata: { name: "odd" }, status }))?.kubeletPort, 0)
      })
  )

  it.effect.each([
    ["/metrics/nodes/worker", "/metrics/nodes/worker"],
    ["metrics", "/metrics"],
    ["/a?b#c", "/a%3Fb%23c"],
    ["//elsewhere/metrics", "//elsewhere/metrics"],
    ["", "/metrics/resource"]
  ])("whose annotation says %j is scraped at the path %s", ([annotation, path]) =>
    Effect.gen(function*() {
      const annotations = { "metrics.k8s.io/resource-metrics-path": annotation }
      assert.strictEqual((yield* kept({ metadata: { name: "worker", annotations } }))?.metricsPath, path)
    }))

  it.effect("is asked for by the selector", () =>
    Effect.gen(function*() {
      const { server } = yield* start(Option.some("pool=web,!virtual"))
      const { path, params } = yield* server.next
      assert.strictEqual(path, "/api/v1/nodes")
      assert.strictEqual(params["labelSelector"], "pool=web,!virtual")
    }))
})

describe("changes", () => {
  it.effect("a heartbeat wakes nobody, and every kept field does", () =>
    Effect.gen(function*() {
      const { nodes, server } = yield* start()
      yield* (yield* server.next).reply(list("1", [nodeObject("worker", "1", "2026-01-01T00:00:00Z")]))
      const watch = yield* (yield* server.next).open
      const changes = yield* Stream.runCollect(Stream.take(nodes.changes, 6)).pipe(
        Effect.forkChild({ startImmediately: true })
      )
      const modified = (change: object) => ({
        type: "MODIFIED",
        object: { ...nodeObject("worker", "9", "2026-01-01T00:00:20Z"), ...change }
      })
      const base = nodeObject("worker", "9", "2026-01-01T00:00:20Z")
      yield* watch.send(
        modified({}),
        modified({ metadata: { ...base.metadata, labels: { pool: "web" } } }),
        modified({ metadata: { ...base.metadata, annotations: { "metrics.k8s.io/resource-metrics-path": "/m" } } }),
        modified({ status: { ...base.status, addresses: [{ type: "InternalIP", address: "172.18.0.3" }] } }),
        modified({ status: { ...base.status, conditions: [{ type: "Ready", status: "Unknown" }] } }),
        modified({ status: { ...base.status, daemonEndpoints: { kubeletEndpoint: { Port: 10_251 } } } })
      )
      const values = (yield* Fiber.join(changes)).map((change) => change._tag === "Put" && change.value)
      assert.deepEqual(values, [
        worker,
        { ...worker, labels: { pool: "web" } },
        { ...worker, metricsPath: "/m" },
        { ...worker, addresses: [{ type: "InternalIP", address: "172.18.0.3" }] },
        { ...worker, ready: false },
        { ...worker, kubeletPort: 10_251 }
      ])
    }))

  it.effect("a late follower starts from what is there, and each follower sees every change", () =>
    Effect.gen(function*() {
      const { nodes, server } = yield* start()
      const follow = (count: number) =>
        Stream.runCollect(Stream.take(nodes.changes, count)).pipe(
          Effect.map((changes) =>
            changes.map((change) => change._tag === "Put" ? change.value.name : `-${change.key}`)
          ),
          Effect.forkChild({ startImmediately: true })
        )
      const early = yield* follow(4)
      yield* (yield* server.next).reply(list("1", [{ metadata: { name: "b" } }, { metadata: { name: "a" } }]))
      const watch = yield* (yield* server.next).open
      yield* watch.send({ type: "DELETED", object: { metadata: { name: "b" } } })
      yield* settle
      const late = yield* follow(2)
      yield* watch.send({ type: "ADDED", object: { metadata: { name: "c" } } })
      assert.deepStrictEqual(yield* Fiber.join(early), ["b", "a", "-b", "c"])
      assert.deepStrictEqual(yield* Fiber.join(late), ["a", "c"])
    }))

  it.effect("the list is sorted, and the same array until something changes", () =>
    Effect.gen(function*() {
      const { nodes, server } = yield* start()
      yield* (yield* server.next).reply(list("1", ["b", "c", "a"].map((name) => ({ metadata: { name } }))))
      const watch = yield* (yield* server.next).open
      const before = nodes.list()
      assert.deepStrictEqual(before.map(({ name }) => name), ["a", "b", "c"])
      assert.strictEqual(nodes.list(), before)
      yield* watch.send({ type: "DELETED", object: { metadata: { name: "b" } } })
      yield* settle
      assert.deepStrictEqual(nodes.list().map(({ name }) => name), ["a", "c"])
      assert.deepStrictEqual(before.map(({ name }) => name), ["a", "b", "c"])
      assert.isUndefined(nodes.get("b"))
      assert.strictEqual(nodes.get("a")?.name, "a")
    }))
})

it.effect("nodes that never change are synced from the start", () =>
  Effect.gen(function*() {
    const nodes = yield* Nodes
    assert.isTrue(yield* nodes.synced)
    assert.deepStrictEqual(nodes.list(), [worker])
    assert.deepStrictEqual(yield* Stream.runCollect(Stream.take(nodes.changes, 1)), [{ _tag: "Put", value: worker }])
  }).pipe(Effect.provide(Nodes.layerStatic([worker]))))
