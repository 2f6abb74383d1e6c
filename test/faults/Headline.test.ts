/** The comparison with the original, which waits for its slowest node and forgets a node at its first failed scrape. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import * as Cluster from "../../src/simulate/Cluster.ts"
import { Fault } from "../../src/simulate/Fault.ts"
import { KubeletFleet } from "../../src/simulate/KubeletFleet.ts"
import { areFresher, inCluster, RunningServer, type Sight, sight, timestamp, turns } from "../fixtures/RunningServer.ts"
import * as Scenarios from "./Scenarios.ts"

const cluster = Cluster.generate({ nodes: 4, podsPerNode: 2, containersPerPod: 2 })
const [first, ...others] = cluster.nodes.map(({ name }) => name) as [string, ...ReadonlyArray<string>]
const [second = ""] = others

const isComplete = ({ nodes, pods }: Sight) => nodes.size === cluster.nodes.length && pods.size === cluster.pods.length

const all = sight("all nodes and pods", isComplete)

const set = (name: string, fault: Fault) =>
  Effect.flatMap(KubeletFleet, ({ setFault }) => setFault(name, Option.some(fault)))

/** A scrape may take far longer here than the time between two. */
const patient = RunningServer.layer({ flags: ["--metric-retention=10m", "--kubelet-request-timeout=9s"] }).pipe(
  Layer.provideMerge(inCluster(cluster))
)

layer(patient, { excludeTestServices: true })("while others do as they did", (it) => {
  it.effect(Scenarios.nodes.failsOnce.name, () =>
    Effect.gen(function*() {
      const before = yield* all
      let gaps = 0
      const watched = (what: string, enough: (sight: Sight) => boolean) =>
        sight(what, (sight) => {
          if (!isComplete(sight)) gaps++
          return enough(sight)
        })
      const failures = ({ series }: Sight) =>
        series.get("resource_metrics_scrape_failures_total{reason=\"status\"}") ?? 0
      yield* set(second, Fault.Once({ fault: Fault.Status({ status: 503 }) }))
      const failed = yield* watched("the failure", (sight) => failures(sight) > failures(before))
      const after = yield* watched("the next turn", (sight) => turns(sight, second) > turns(failed, second))
      assert.strictEqual(gaps, 0)
      assert.isTrue(areFresher(after, failed, [second]))
      // It tells of the whole time since the scrape before the failed one.
      assert.isAtLeast(after.nodes.get(second)!.window, 1500)
      assert.deepStrictEqual(after.nodes.get(second)!.usage, before.nodes.get(second)!.usage)
    }))

  it.effect(Scenarios.nodes.hangs.name, () =>
    Effect.gen(function*() {
      yield* all
      yield* set(first, Fault.Hang())
      const hanging = yield* sight("the node to fall behind", (sight) =>
        others.every((name) => timestamp(sight, name) >= timestamp(sight, first) + 2000))
      const later = yield* sight("three new values of every other node", (sight) =>
        areFresher(sight, hanging, others, 3))
      // All that time one and the same request was waiting for its answer.
      assert.strictEqual(turns(later, first), turns(hanging, first))
      assert.deepStrictEqual(later.nodes.get(first), hanging.nodes.get(first))
      assert.isTrue(isComplete(later))
    }))
})
