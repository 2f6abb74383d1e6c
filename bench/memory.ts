/** What the store keeps per node. Alone: `node --expose-gc bench/memory.ts` */
import { Console, Duration, Effect, Option } from "effect"
import { fork } from "node:child_process"
import { once } from "node:events"
import { Points } from "../src/Sample.ts"
import { parse } from "../src/scrape/Exposition.ts"
import { generate } from "../src/simulate/Cluster.ts"
import * as KubeletPage from "../src/simulate/KubeletPage.ts"
import { MetricsStore } from "../src/store/MetricsStore.ts"
import { type Row, table } from "./Row.ts"

const size = { nodes: 1000, podsPerNode: 30, containersPerPod: 1 }
const now = 1_795_419_740_000

const cluster = generate(size)

/** Scrapes every kubelet once at that time; nothing of the pages outlives the call but what the store keeps of them. */
const scrapeAll = Effect.fnUntraced(function*(at: number) {
  const store = yield* MetricsStore
  for (const [index, node] of cluster.nodes.entries()) {
    const pods = cluster.pods.slice(index * size.podsPerNode, (index + 1) * size.podsPerNode)
      .map((pod) => ({ pod, startedAt: now - 86_400_000 }))
    const page = KubeletPage.make({ node, bootedAt: now - 86_400_000, pods, housekeeping: 10_000 }).print({ now: at })
    const { containers, points } = yield* Effect.fromResult(parse(Buffer.from(page), at))
    yield* store.commit({ node: node.name, containers, points })
  }
})

const used = Effect.sync(() => {
  globalThis.gc?.()
  globalThis.gc?.()
  const { external, heapUsed } = process.memoryUsage()
  return heapUsed + external
})

/** Twice the whole cluster into a store and out of it, so that only the second time is measured: code is compiled then. */
const measure = Effect.gen(function*() {
  const store = yield* MetricsStore
  const fill = Effect.andThen(scrapeAll(now), scrapeAll(now + 15_000))
  yield* fill
  const { containers, nodes } = yield* store.counts
  for (const { name } of cluster.nodes) yield* store.forget(name)
  const before = yield* used
  yield* fill
  const value = ((yield* used) - before) / size.nodes
  const reference = 2 * Points.make(1 + size.podsPerNode * size.containersPerPod).values.byteLength
  return [{
    claim: `keep ${nodes} nodes with ${containers / nodes} containers each, reference bare points`,
    value,
    unit: "bytes per node",
    reference,
    ratio: value / reference
  }] satisfies ReadonlyArray<Row>
}).pipe(
  Effect.provide(
    MetricsStore.layer({
      resolution: Duration.seconds(15),
      retention: Duration.seconds(60),
      publishSwap: Option.none()
    })
  )
)

/** In a process of its own, which can be told to collect its garbage. */
export const run: Effect.Effect<ReadonlyArray<Row>> = Effect.promise(async () => {
  const [rows] = await once(fork(new URL(import.meta.url), { execArgv: ["--expose-gc"] }), "message")
  return rows
})

if (import.meta.main) {
  const rows = await Effect.runPromise(measure)
  if (process.send === undefined) await Effect.runPromise(Console.log(table(rows)))
  else process.send(rows)
}
