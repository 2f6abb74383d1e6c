/** The kube-apiserver as a whole: it goes, comes back, restarts; objects are malformed, or change faster than anybody reads. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import { ApiFault } from "../../src/simulate/ApiFault.ts"
import { ApiFaults } from "../../src/simulate/ApiFaults.ts"
import { ApiListener } from "../../src/simulate/ApiListener.ts"
import * as Cluster from "../../src/simulate/Cluster.ts"
import { ClusterState } from "../../src/simulate/ClusterState.ts"
import { tokens } from "../../src/simulate/Identities.ts"
import { Simulation } from "../../src/simulate/Simulation.ts"
import { eventually } from "../fixtures/Eventually.ts"
import { http2 } from "../fixtures/HttpsClient.ts"
import { areFresher, inCluster, RunningServer, type Sight, sight } from "../fixtures/RunningServer.ts"
import * as Scenarios from "./Scenarios.ts"

const cluster = Cluster.generate({ nodes: 3, podsPerNode: 2, containersPerPod: 1 })
const names = cluster.nodes.map(({ name }) => name)
const [first] = cluster.nodes as [Cluster.Node]

const cutOff = Layer.effectDiscard(Effect.flatMap(ApiListener, ({ leave }) => leave))

/** The kube-apiserver is away when the server starts. */
const early = RunningServer.layer().pipe(
  Layer.provide(cutOff),
  Layer.provideMerge(inCluster(cluster))
)

const server = RunningServer.layer().pipe(Layer.provideMerge(inCluster(cluster)))

const isComplete = ({ nodes, pods }: Sight) =>
  names.every((name) => nodes.has(name)) && pods.size === cluster.pods.length

const fresherThan = (before: Sight) => (sight: Sight) => areFresher(sight, before, names)

const ask = Effect.fnUntraced(function*(path: string, token?: string) {
  const { port } = yield* RunningServer
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return (yield* http2({ port, path, headers })).status
})

const nodesPath = "/apis/metrics.k8s.io/v1/nodes"

/** Whether a node's new label is seen. */
const relabel = Effect.fnUntraced(function*(value: string) {
  const { updateNode } = yield* ClusterState
  yield* updateNode(first.name, (node) => ({ ...node, labels: { is: value } }))
  return sight(`the label ${value}`, ({ nodes }) => nodes.get(first.name)?.labels["is"] === value)
})

layer(early, { excludeTestServices: true })("the kube-apiserver, before it is there", (it) => {
  it.effect(Scenarios.apiServer.early.name, () =>
    Effect.gen(function*() {
      const { log } = yield* RunningServer
      const { comeBack } = yield* ApiListener
      assert.strictEqual(yield* ask("/readyz"), 500)
      assert.strictEqual(yield* ask("/livez"), 200)
      assert.notStrictEqual(yield* ask(nodesPath), 200)
      yield* eventually(
        "the log",
        Effect.sync(log),
        (lines) => lines.filter((line) => /GET .*; what is known stays in use/.test(line)).length >= 3
      )
      yield* comeBack
      yield* eventually("a token to be let in", ask(nodesPath, tokens.reader), (status) => status === 200)
      yield* sight("all nodes and pods", isComplete)
      assert.strictEqual(yield* ask("/readyz"), 200)
    }))
})

layer(server, { excludeTestServices: true })("the kube-apiserver", (it) => {
  it.effect(Scenarios.apiServer.away.name, () =>
    Effect.gen(function*() {
      const { comeBack, leave } = yield* ApiListener
      const before = yield* sight("all nodes and pods", isComplete)
      yield* leave
      const known = yield* relabel("changed while it was away")
      const meanwhile = yield* sight("new values", fresherThan(before))
      assert.isTrue(isComplete(meanwhile))
      assert.notStrictEqual(meanwhile.nodes.get(first.name)?.labels["is"], "changed while it was away")
      assert.strictEqual(yield* ask("/readyz"), 200)
      assert.strictEqual(yield* ask("/livez"), 200)
      yield* comeBack
      yield* known
    }))

  it.effect.each(
    [
      [Scenarios.apiServer.restarts.name, false],
      [Scenarios.apiServer.restored.name, true]
    ] as const
  )("%s", ([, restored]) =>
    Effect.gen(function*() {
      const { log } = yield* RunningServer
      const { comeBack, leave } = yield* ApiListener
      const { jump } = yield* ClusterState
      const begun = log().length
      yield* leave
      if (restored) yield* jump
      yield* comeBack
      yield* yield* relabel(restored ? "after the restoration" : "after the restart")
      const tooOld = log().slice(begun).filter((line) => line.includes("too old resource version"))
      assert.strictEqual(tooOld.length > 0, restored)
    }))

  it.effect(Scenarios.apiServer.malformed.name, () =>
    Effect.gen(function*() {
      const { series } = yield* sight("all nodes and pods", isComplete)
      const { log } = yield* RunningServer
      const faults = yield* ApiFaults
      const state = yield* ClusterState
      const name = "resource_metrics_watch_malformed_objects_total{path=\"/api/v1/nodes\"}"
      yield* faults.set("nodes", Option.some(ApiFault.Malformed({ name: names[1]! })))
      yield* state.updateNode(names[1]!, (node) => ({ ...node, labels: { is: "unheard of" } }))
      yield* yield* relabel("heard of")
      const then = yield* sight("to be counted", ({ series: now }) => (now.get(name) ?? 0) > (series.get(name) ?? 0))
      assert.isTrue(isComplete(then))
      assert.notStrictEqual(then.nodes.get(names[1]!)?.labels["is"], "unheard of")
      assert.isTrue(log().some((line) => line.includes("skipped a malformed object of /api/v1/nodes, without a name")))
      yield* faults.set("nodes", Option.none())
      yield* state.updateNode(names[1]!, (node) => ({ ...node, labels: { is: "corrected" } }))
      yield* sight("the correction", ({ nodes }) => nodes.get(names[1]!)?.labels["is"] === "corrected")
    }))

  it.effect.each(
    [
      ["tokenreviews.authentication.k8s.io", 401, names[0]],
      // Of another node, because a decision that was made stands for a while.
      ["subjectaccessreviews.authorization.k8s.io", 500, names[1]]
    ] as const
  )(
    `${Scenarios.apiServer.reviews.name}: %s`,
    ([api, refusal, name]) =>
      Effect.gen(function*() {
        const { log } = yield* RunningServer
        const faults = yield* ApiFaults
        yield* sight("all nodes and pods", isComplete)
        for (const status of [403, 404] as const) {
          yield* faults.set(api, Option.some(ApiFault.Status({ status })))
          assert.strictEqual(yield* ask(`${nodesPath}/of-${api}-${status}`, `${tokens.nobody}`), refusal)
        }
        assert.isTrue(log().some((line) => line.includes("the kube-apiserver answered no")))
        yield* faults.set(api, Option.none())
        assert.strictEqual(yield* ask(`${nodesPath}/${name}`, tokens.reader), 200)
      })
  )

  it.effect(Scenarios.apiServer.busy.name, () =>
    Effect.gen(function*() {
      const { get } = yield* RunningServer
      const state = yield* ClusterState
      const before = yield* sight("all nodes and pods", isComplete)
      const busy = yield* Effect.forkChild(Effect.forEach(
        Array.from({ length: 100 }),
        (_, i) =>
          Effect.andThen(
            Effect.forEach(cluster.pods, (pod) =>
              Effect.forEach(
                Array.from({ length: 10 }),
                (_, j) =>
                  state.updatePod(pod.namespace, pod.name, (pod) => ({ ...pod, labels: { change: `${i}-${j}` } }))
              )),
            Effect.sleep("10 millis")
          ),
        { discard: true }
      ))
      let probes = 0
      yield* eventually(
        "the changes to end",
        Effect.map(get("/livez"), ({ status }) => {
          assert.strictEqual(status, 200)
          probes++
        }),
        () => busy.pollUnsafe() !== undefined
      )
      assert.isAbove(probes, 10)
      yield* sight(
        "the last change",
        ({ pods }) => [...pods.values()].every(({ labels }) => labels["change"] === "99-9")
      )
      yield* sight("new values", fresherThan(before))
    }))

  it.effect(Scenarios.apiServer.churn.name, () =>
    Effect.gen(function*() {
      const { addNode, removeNode } = yield* Simulation
      const before = yield* sight("all nodes and pods", isComplete)
      const passing = Array.from({ length: 12 }, (_, i) => ({ ...first, name: `passing-${i}` }))
      for (let round = 0; round < 3; round++) {
        yield* Effect.forEach(passing, addNode, { concurrency: "unbounded" })
        yield* sight(
          "some of the nodes that came",
          ({ series }) => [...series.keys()].some((name) => name.includes("passing-"))
        )
        yield* Effect.forEach(passing, ({ name }) => removeNode(name))
      }
      const after = yield* sight(
        "the nodes to be gone",
        ({ nodes, series }) => [...nodes.keys(), ...series.keys()].every((name) => !name.includes("passing-"))
      )
      assert.isTrue(isComplete(after))
      yield* sight("new values", fresherThan(before))
    }))
})
