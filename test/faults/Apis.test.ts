/** Faults of the two APIs that the server lives by, nodes and pods: what is known stays served, and scraped. */
import { assert, layer } from "@effect/vitest"
import { Clock, Effect, Layer, Option } from "effect"
import { wellAfter } from "../../src/discover/Reflector.ts"
import { ApiFault } from "../../src/simulate/ApiFault.ts"
import { ApiFaults } from "../../src/simulate/ApiFaults.ts"
import * as Cluster from "../../src/simulate/Cluster.ts"
import { ClusterState } from "../../src/simulate/ClusterState.ts"
import { eventually } from "../fixtures/Eventually.ts"
import { areFresher, inCluster, RunningServer, type Sight, sight } from "../fixtures/RunningServer.ts"
import { cases } from "./ApiCases.ts"

const cluster = Cluster.generate({ nodes: 2, podsPerNode: 2, containersPerPod: 1 })

const server = RunningServer.layer().pipe(Layer.provideMerge(inCluster(cluster)))

const [node] = cluster.nodes as [Cluster.Node]
const [pod] = cluster.pods as [Cluster.Pod]

/** Gives a node and a pod a label. */
const label = Effect.fnUntraced(function*(round: string) {
  const state = yield* ClusterState
  yield* state.updateNode(node.name, (node) => ({ ...node, labels: { round } }))
  yield* state.updatePod(pod.namespace, pod.name, (pod) => ({ ...pod, labels: { round } }))
})

const labels = ({ nodes, pods }: Sight) =>
  [nodes.get(node.name), pods.get(`${pod.namespace}/${pod.name}`)].map((seen) => seen?.labels["round"])

const labelsToBe = (round: string) =>
  sight(`the labels to be ${round}`, (sight) => labels(sight).every((it) => it === round))

/** Whether the two are followed. */
const healthy = ({ series }: Sight) =>
  ["nodes", "pods"].map((api) => series.get(`resource_metrics_watch_healthy{path="/api/v1/${api}"}`))

const isComplete = ({ nodes, pods }: Sight) => nodes.size === cluster.nodes.length && pods.size === cluster.pods.length

/** Of both. */
const set = (fault: Option.Option<ApiFault>) =>
  Effect.flatMap(ApiFaults, ({ set }) => Effect.andThen(set("nodes", fault), set("pods", fault)))

layer(server, { excludeTestServices: true })("an API that", (it) => {
  it.effect.each(cases.map((row, i) => [row.does, row, `round-${i}`] as const))(
    "%s",
    ([, row, round]) =>
      Effect.gen(function*() {
        const { get, log } = yield* RunningServer
        const { compact } = yield* ClusterState
        yield* label(`before-${round}`)
        yield* labelsToBe(`before-${round}`)
        const before = yield* sight("all nodes and pods", isComplete)
        const begun = log().length
        /** What the log says since then of the two APIs. */
        const told = Effect.sync(() =>
          log().slice(begun).flatMap((line) => /\/api\/v1\/(nodes|pods).*/.exec(line)?.[0] ?? [])
        )
        const toldOfBoth = (text: string) =>
          Effect.forEach(["nodes", "pods"], (api) =>
            eventually(`the log to say of ${api}: ${text}`, told, (lines) =>
              lines.some((line) =>
                line.startsWith(`/api/v1/${api}`) && line.includes(text)
              )))

        if (row.forgets) {
          yield* compact
        }
        // What is open breaks, so that the fault is met.
        yield* set(Option.some(ApiFault.WatchCut()))
        yield* set(row.fault)
        yield* label(round)
        yield* toldOfBoth(row.logged)
        const meanwhile = yield* sight("new values", (sight) =>
          areFresher(sight, before, before.nodes.keys()))
        assert.isTrue(isComplete(meanwhile))
        assert.strictEqual((yield* get("/readyz")).status, 200)
        assert.strictEqual((yield* get("/livez")).status, 200)
        if (row.changes === "afterwards") {
          assert.notInclude(labels(meanwhile), round)
          assert.deepStrictEqual(healthy(meanwhile), [0, 0])
        } else yield* labelsToBe(round)

        yield* set(Option.none())
        yield* labelsToBe(round)
        yield* toldOfBoth("is followed again")
        yield* sight("both to be followed", (sight) =>
          healthy(sight).every((it) => it === 1))
        const lines = yield* told
        assert.deepStrictEqual(lines, [...new Set(lines)])
        // The next round begins with a watch that has held: else pauses would grow from round to round.
        const followed = yield* Clock.currentTimeMillis
        yield* eventually("the watches to have held", Clock.currentTimeMillis, (now) => now > followed + wellAfter)
      }).pipe(Effect.ensuring(set(Option.none())))
  )
})
