/** A soak: nodes and pods come and go for long, and nothing of them stays. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as Cluster from "../../src/simulate/Cluster.ts"
import { ClusterState } from "../../src/simulate/ClusterState.ts"
import { Simulation } from "../../src/simulate/Simulation.ts"
import { inCluster, RunningServer, type Sight, sight, turns } from "../fixtures/RunningServer.ts"
import * as Scenarios from "./Scenarios.ts"

const cluster = Cluster.generate({ nodes: 2, podsPerNode: 5, containersPerPod: 1 })

const server = RunningServer.layer({ execArgv: ["--expose-gc"], flags: [] }).pipe(
  Layer.provideMerge(inCluster(cluster))
)

const passing = Cluster.generate({ nodes: 20, podsPerNode: 10, containersPerPod: 2 })

/** Nodes and pods come under names that never were before, are scraped, and go. */
const round = Effect.fnUntraced(function*(generation: number) {
  const { addNode, removeNode } = yield* Simulation
  const state = yield* ClusterState
  const nodes = passing.nodes.map((node) => ({
    ...node,
    name: `${node.name}-${generation}`,
    labels: { generation: `${generation}` }
  }))
  const pods = passing.pods.map((pod) => ({
    ...pod,
    name: `${pod.name}-${generation}`,
    nodeName: `${pod.nodeName}-${generation}`
  }))
  yield* Effect.forEach(pods, (pod) => state.addPod(pod, { startedAt: 1000 }), { discard: true })
  yield* Effect.forEach(nodes, addNode, { discard: true })
  yield* sight("every node to be scraped", (sight) => nodes.every(({ name }) => turns(sight, name) > 0))
  yield* Effect.forEach(nodes, ({ name }) => removeNode(name), { discard: true })
  yield* Effect.forEach(pods, ({ name, namespace }) => state.removePod(namespace, name), { discard: true })
})

/** Nothing is there but what was there before. */
const isCalm = ({ nodes, pods, series }: Sight) =>
  nodes.size === cluster.nodes.length && pods.size === cluster.pods.length &&
  [...series.keys()].every((name) => !/worker-\d+-\d+/.test(name))

/** Until then code is compiled and tables grow to their size. */
const warmUp = 40
const rounds = 100

/** The points of one such node alone are four times as many. */
const bytesPerNode = 1200

const median = (numbers: ReadonlyArray<number>) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN

layer(server, { excludeTestServices: true })("the server, for long", (it) => {
  it.effect(Scenarios.ourselves.soak.name, () =>
    Effect.gen(function*() {
      const { order } = yield* RunningServer
      const before = yield* sight("calm", isCalm)
      const weights: Array<number> = []
      for (let generation = 0; generation < rounds; generation++) {
        yield* round(generation)
        if (generation < warmUp || generation % 4 !== 3) continue
        yield* sight("calm", isCalm)
        weights.push(yield* order({ _tag: "Weigh" }))
      }
      const after = yield* sight("calm", isCalm)
      // What fails in the moment of its removal is counted by its reason.
      const added = [...after.series.keys()].filter((name) =>
        !before.series.has(name) && !/reason=|success=/.test(name)
      )
      assert.deepStrictEqual(added, [])

      const half = weights.length / 2
      const growth = median(weights.slice(half)) - median(weights.slice(0, half))
      assert.isBelow(growth, bytesPerNode * passing.nodes.length * (rounds - warmUp) / 2)
    }), 180_000)
})
