/** Every fault of a kubelet at the same time, a node each: what is served of it, what is counted and logged, and after it. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import { advice } from "../../src/scrape/KubeletError.ts"
import * as Cluster from "../../src/simulate/Cluster.ts"
import { KubeletFleet } from "../../src/simulate/KubeletFleet.ts"
import { eventually } from "../fixtures/Eventually.ts"
import { inCluster, RunningServer, type Sight, sight, turns } from "../fixtures/RunningServer.ts"
import { cases, type KubeletCase, type Served } from "./KubeletCases.ts"

const cluster = Cluster.generate({ nodes: cases.length, podsPerNode: 2, containersPerPod: 2 })

const server = RunningServer.layer().pipe(Layer.provideMerge(inCluster(cluster)))

const usageOf = ({ cpuNanocores, memoryBytes }: Cluster.Usage) => ({ cpu: cpuNanocores, memory: memoryBytes })

/** A node and its pods in what is seen: whatever its kubelet does, what is served of them is the truth. */
const watching = (node: Cluster.Node) => {
  const pods = cluster.pods.filter(({ nodeName }) => nodeName === node.name)
  return (sight: Sight) => {
    const ofNode = sight.nodes.get(node.name)
    if (ofNode !== undefined) assert.deepStrictEqual(ofNode.usage, usageOf(node.usage))
    const ofPods = pods.map(({ containers, name, namespace }) => {
      const pod = sight.pods.get(`${namespace}/${name}`)
      if (pod !== undefined) {
        assert.deepStrictEqual(
          new Map(pod.containers.map(({ name, usage }) => [name, usage])),
          new Map(containers.map(({ name, usage }) => [name, usageOf(usage)] as const))
        )
      }
      return pod
    })
    const scrape = sight.scrapes.get(node.name) ?? assert.fail("/debug/scrapes has every node")
    return { node: ofNode, pods: ofPods, turns: turns(sight, node.name), series: sight.series, scrape }
  }
}

type Seen = ReturnType<ReturnType<typeof watching>>

interface Item {
  readonly timestamp: number
}

type Compare = (item: Item, than: Item) => boolean

const isFresher: Compare = (item, than) => item.timestamp > than.timestamp

/** Its kubelet's clock may have been set back. */
const isNew: Compare = (item, than) => item.timestamp !== than.timestamp

const every = (compare: Compare, seen: Seen, than: Seen) =>
  [seen.node, ...seen.pods].every((item, i) => {
    const other = [than.node, ...than.pods][i]
    return item !== undefined && other !== undefined && compare(item, other)
  })

const assertServed = (served: Served, before: Item | undefined, after: Item | undefined) =>
  served === "stands"
    ? assert.deepStrictEqual(after, before)
    : assert.isAbove(after?.timestamp ?? 0, before?.timestamp ?? 0)

const failures = ({ series }: Seen, { reason }: KubeletCase) =>
  series.get(`resource_metrics_scrape_failures_total{reason="${reason}"}`) ?? 0

layer(server, { excludeTestServices: true, concurrent: true })("a kubelet that", (it) => {
  it.effect.each(cases.map((row, i) => [row.does, row, cluster.nodes[i]!] as const))(
    "%s",
    ([, row, { name, usage }]) =>
      Effect.gen(function*() {
        const { log } = yield* RunningServer
        const { setFault } = yield* KubeletFleet
        const seen = watching({ name, usage, labels: {} })
        const isComplete = ({ node, pods }: Seen) => node !== undefined && !pods.includes(undefined)
        const healthy = seen(yield* sight(`all of ${name}`, (sight) => isComplete(seen(sight))))
        const until = (what: string, enough: (seen: Seen) => boolean) =>
          Effect.map(
            sight(`${name}: ${what}`, (sight) => {
              const now = seen(sight)
              assert.isTrue(isComplete(now), "nothing is ever missing")
              return enough(now)
            }),
            seen
          )

        yield* setFault(name, Option.some(row.fault))
        const { turns } = yield* until("anything", () => true)
        // The turn that was under way may still have been a good one.
        if (row.passes) {
          const before = yield* until("the turn that was under way", (seen) => seen.turns > turns)
          const after = yield* until("new values", (seen) =>
            every(isNew, seen, before) || seen.turns >= before.turns + row.scrapes)
          assert.isTrue(every(isNew, after, before))
          return
        }
        const first = yield* until("a turn under the fault", (seen) =>
          seen.turns > turns + 1)
        const later = yield* until("another one", (seen) => seen.turns > first.turns)
        assertServed(row.node, first.node, later.node)
        first.pods.forEach((pod, i) => assertServed(row.pods, pod, later.pods[i]))
        assert.deepInclude(
          later.scrape,
          row.reason === undefined
            ? { state: "scraped", failures: 0 }
            : { state: "failing", reason: row.reason, advice: advice[row.reason] }
        )
        if (row.reason !== undefined) {
          const { reason } = row
          assert.isAtLeast(failures(later, row) - failures(healthy, row), 2)
          const told = Effect.sync(() =>
            log().filter((line) => line.includes(`(${reason})`) && line.includes(advice[reason]))
          )
          const lines = yield* eventually(`the log to tell of ${reason}`, told, (lines) => lines.length > 0)
          // Once for a node at most, however often it fails.
          assert.isAtMost(lines.length, cases.filter((it) => it.reason === reason).length)
        }

        yield* setFault(name, Option.none())
        const over = yield* until("anything", () => true)
        const well = yield* until(
          "new values after it",
          (seen) => every(isFresher, seen, over) || seen.turns > over.turns + row.scrapes
        )
        assert.isTrue(every(isFresher, well, over))
        assert.deepInclude(well.scrape, { state: "scraped", failures: 0 })
      })
  )
})
