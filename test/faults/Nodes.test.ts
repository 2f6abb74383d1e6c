/** What the faults of some nodes do to the others, and to the pods that move between them: all at the same time. */
import { assert, layer } from "@effect/vitest"
import { Clock, Effect, Layer, Option } from "effect"
import { connect } from "node:net"
import { advice } from "../../src/scrape/KubeletError.ts"
import * as Cluster from "../../src/simulate/Cluster.ts"
import { ClusterState } from "../../src/simulate/ClusterState.ts"
import { Fault } from "../../src/simulate/Fault.ts"
import { KubeletFleet } from "../../src/simulate/KubeletFleet.ts"
import * as Loopback from "../../src/simulate/Loopback.ts"
import { eventually } from "../fixtures/Eventually.ts"
import { areFresher, inCluster, RunningServer, type Sight, sight, timestamp, turns } from "../fixtures/RunningServer.ts"
import * as Scenarios from "./Scenarios.ts"

const cluster = Cluster.generate({ nodes: 10, podsPerNode: 2, containersPerPod: 2 })
const names = cluster.nodes.map(({ name }) => name)
const half = names.slice(0, 5)
const [failing, ...well] = names.slice(5) as [string, ...ReadonlyArray<string>]
const [from, to, owner, impostor] = well as [string, string, string, string]

/** With the retention that is the default: four resolutions. */
const server = RunningServer.layer({ flags: [] }).pipe(Layer.provideMerge(inCluster(cluster)))

const all = sight(
  "all nodes and pods",
  ({ nodes, pods }) => names.every((name) => nodes.has(name)) && pods.size === cluster.pods.length
)

const podOf = (node: string) => {
  const pod = cluster.pods.find(({ nodeName }) => nodeName === node)!
  return { pod, key: `${pod.namespace}/${pod.name}` }
}

const set = (names: ReadonlyArray<string>, fault: Option.Option<Fault>) =>
  Effect.flatMap(
    KubeletFleet,
    ({ setFault }) => Effect.forEach(names, (name) => setFault(name, fault), { discard: true })
  )

/** Pods that are served as of a node. */
const podsOf = (node: string) =>
  Effect.flatMap(
    RunningServer,
    ({ get }) =>
      Effect.map(get(`/apis/metrics.k8s.io/v1/pods?fieldSelector=spec.nodeName%3D${node}`), ({ text }) =>
        (JSON.parse(text) as { readonly items: ReadonlyArray<{ readonly metadata: { readonly name: string } }> }).items
          .map(({ metadata }) =>
            metadata.name
          ))
  )

layer(server, { excludeTestServices: true, concurrent: true })("nodes", (it) => {
  it.effect(Scenarios.nodes.half.name, () =>
    Effect.gen(function*() {
      const { get } = yield* RunningServer
      const before = yield* all
      yield* set(half, Option.some(Fault.Hang()))
      const meanwhile = yield* sight("new values of the others", (sight) => areFresher(sight, before, well, 2))
      assert.strictEqual((yield* get("/readyz")).status, 200)
      assert.strictEqual((yield* get("/livez")).status, 200)
      yield* set(half, Option.none())
      yield* sight("new values of both halves", (sight) => areFresher(sight, meanwhile, [...half, ...well]))
    }))

  it.effect(Scenarios.nodes.expires.name, () =>
    Effect.gen(function*() {
      const { get } = yield* RunningServer
      const before = yield* all
      const own = cluster.pods.filter(({ nodeName }) => nodeName === failing).map(({ name, namespace }) =>
        `${namespace}/${name}`
      )
      yield* set([failing], Option.some(Fault.Refuse()))
      const gone = yield* sight(
        "the node and its pods to be gone",
        ({ nodes, pods }) => !nodes.has(failing) && own.every((key) => !pods.has(key))
      )
      assert.isTrue(areFresher(gone, before, well))
      const { status, text } = yield* get(`/apis/metrics.k8s.io/v1/nodes/${failing}`)
      assert.strictEqual(status, 404)
      const [cause] = JSON.parse(text).details.causes
      assert.strictEqual(cause.reason, "ScrapeFailed")
      assert.match(cause.message, new RegExp(`the last scrape of node ${failing} failed: .*\\(connection_refused\\)`))
      yield* set([failing], Option.none())
      const over = yield* sight("anything", () => true)
      // After the turn that was under way it takes two.
      const back = yield* sight(
        "the node to be back",
        (sight) => sight.nodes.has(failing) || turns(sight, failing) > turns(over, failing) + 2
      )
      assert.isTrue(back.nodes.has(failing))
      yield* all
    }))

  it.effect(Scenarios.nodes.leaves.name, () =>
    Effect.gen(function*() {
      const fleet = yield* KubeletFleet
      const state = yield* ClusterState
      const node = { name: "leaving", labels: {}, usage: cluster.nodes[0]!.usage }
      const kubelet = yield* fleet.start(node)
      const relay = yield* Loopback.listen(0, (socket) => {
        const upstream = connect(kubelet.port, kubelet.address).on("error", () => socket.destroy())
        socket.on("close", () => upstream.destroy()).pipe(upstream).pipe(socket)
      })
      const isOpen = Effect.sync(() => relay.connections.size > 0)
      yield* state.addNode(node, { address: kubelet.address, port: relay.port })
      yield* sight("the new node", ({ nodes }) => nodes.has(node.name))
      yield* set([node.name], Option.some(Fault.Hang()))
      yield* sight(
        "it to fall behind",
        (sight) => well.every((name) => timestamp(sight, name) >= timestamp(sight, node.name) + 2000)
      )
      yield* eventually("a request that hangs", isOpen, (open) => open)
      yield* state.removeNode(node.name)
      const isGone = ({ nodes, series }: Sight) =>
        !nodes.has(node.name) && [...series.keys()].every((name) => !name.includes(node.name))
      const gone = yield* sight("it to be gone", isGone)
      yield* eventually("its request to be broken off", isOpen, (open) => !open)
      // A request that went on would have failed by then, and be told of.
      yield* sight("new values of the others", (sight) => {
        assert.isTrue(isGone(sight))
        return areFresher(sight, gone, well, 2)
      })
    }))

  it.effect(Scenarios.nodes.moves.name, () =>
    Effect.gen(function*() {
      const state = yield* ClusterState
      const before = yield* all
      const { key, pod } = podOf(from)
      const startedAt = yield* Clock.currentTimeMillis
      yield* state.updatePod(pod.namespace, pod.name, (pod) => ({ ...pod, nodeName: to, startedAt }))
      let gaps = 0
      yield* eventually(
        "the pod to be served by its new node",
        Effect.flatMap(sight("anything", () => true), ({ pods }) => {
          if (!pods.has(key)) gaps++
          return podsOf(to)
        }),
        (pods) => pods.includes(pod.name)
      )
      assert.strictEqual(gaps, 0)
      assert.notInclude(yield* podsOf(from), pod.name)
      const after = yield* sight(
        "a new value",
        ({ pods }) => (pods.get(key)?.timestamp ?? 0) > before.pods.get(key)!.timestamp
      )
      assert.deepStrictEqual(after.pods.get(key)?.containers, before.pods.get(key)?.containers)
    }))

  it.effect(Scenarios.nodes.twice.name, () =>
    Effect.gen(function*() {
      const before = yield* all
      const { key, pod } = podOf(owner)
      const little = { cpuNanocores: 1, memoryBytes: 1 }
      const lie = { ...pod, containers: pod.containers.map(({ name }) => ({ name, usage: little })) }
      yield* set([impostor], Option.some(Fault.DuplicatePod({ pod: lie })))
      const after = yield* sight("new values of both nodes", (sight) => areFresher(sight, before, [owner, impostor], 3))
      assert.deepStrictEqual(after.pods.get(key)?.containers, before.pods.get(key)?.containers)
      assert.isAbove(after.pods.get(key)!.timestamp, before.pods.get(key)!.timestamp)
      assert.include(yield* podsOf(owner), pod.name)
      assert.notInclude(yield* podsOf(impostor), pod.name)
    }))
})

const few = Cluster.generate({ nodes: 2, podsPerNode: 1, containersPerPod: 1 })

layer(RunningServer.layer({ flags: [] }).pipe(Layer.provideMerge(inCluster(few))), {
  excludeTestServices: true,
  concurrent: true
})("a cluster", (it) => {
  it.effect(Scenarios.nodes.all.name, () =>
    Effect.gen(function*() {
      const { get } = yield* RunningServer
      const both = few.nodes.map(({ name }) => name)
      yield* sight("all nodes", ({ nodes }) => nodes.size === both.length)
      yield* set(both, Option.some(Fault.Status({ status: 403 })))
      const unready = yield* eventually("not to be ready", get("/readyz"), ({ status }) => status === 500)
      assert.include(unready.text, "[-]metric-storage-ready failed: no metrics to serve")
      assert.include(unready.text, "2 of 2 nodes: HTTP status 403 (forbidden)")
      assert.include(unready.text, advice.forbidden)
      assert.strictEqual((yield* get("/livez")).status, 200)
      yield* set(both, Option.none())
      yield* eventually("to be ready", get("/readyz"), ({ status }) => status === 200)
    }))
})
