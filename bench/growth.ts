/**
 * How cost grows with the cluster: `npm run bench:growth -- [NODES ...]` prints a table and writes docs/growth.svg.
 */
import { writeFileSync } from "node:fs"
import * as Chart from "./Chart.ts"
import * as Cluster from "./Cluster.ts"
import * as Machine from "./Machine.ts"
import * as Process from "./Process.ts"
import * as Requests from "./requests.ts"
import * as Scrape from "./scrape.ts"
import * as Server from "./Server.ts"
import { figures, table } from "./Table.ts"

const given = process.argv.slice(2).map(Number)
const sizes = given.length > 0 ? given : [100, 1000, 3000, 5000, 10_000]

/** As many kubelets as can be simulated beside the server, on two cores and within the default resolution, handshakes included. */
const atOnce = 2500

/** A simulated kubelet listens with a file of its own, and takes one more for each connection; so many are for others. */
const otherFiles = 2000
const connectable = (nodes: number) => Math.max(0, Machine.openFiles() - otherFiles - nodes)

/** While code is compiled. */
const warmUp = 60_000

const measure = async (nodes: number) => {
  const resolution = Server.defaults.resolution * Math.max(1, nodes / atOnce)
  const cluster = await Cluster.start(nodes)
  const server = await Server.start(cluster, { resolution, maxIdleConnections: Math.min(nodes, connectable(nodes)) })
  await Process.sleep(Math.max(warmUp, 2 * resolution))
  const { cpu, failed, load, memory } = await Scrape.measure(server, 3)
  const { body, millis } = await Requests.measure(
    Requests.listOfAllPods,
    { ...server, load },
    Cluster.asAggregator(cluster)
  )
  await server.stop()
  await cluster.stop()
  return { nodes, resolution, scrapes: cpu, failed, memory, list: millis, listed: body.length }
}

const measured: Array<Awaited<ReturnType<typeof measure>>> = []
for (const nodes of sizes) {
  measured.push(await measure(nodes))
  // Of a run that does not come through, as much is left.
  process.stderr.write(`${JSON.stringify(measured.at(-1))}\n`)
}

const head = [
  "nodes",
  "pods",
  "resolution, s",
  "all scrapes of a cycle, ms CPU",
  "failed",
  "memory, MB RSS",
  "list of all pods, ms CPU",
  "its JSON, MB"
]
const rows = measured.map(({ failed, list, listed, memory, nodes, resolution, scrapes }) => [
  String(nodes),
  String(nodes * Cluster.podsPerNode),
  figures(resolution / 1000),
  figures(scrapes),
  figures(failed),
  figures(memory),
  figures(list),
  figures(listed / 1e6)
])
process.stdout.write(`${Machine.describe()}\n\n${table(head, rows)}\n`)

const panel = (title: string, value: (it: (typeof measured)[number]) => number): Chart.Panel => ({
  title,
  points: measured.map((it) => [it.nodes, Number(figures(value(it)))])
})
writeFileSync(
  new URL("../docs/growth.svg", import.meta.url),
  Chart.svg(`nodes of ${Cluster.podsPerNode} pods`, [
    panel("All scrapes of a cycle, ms CPU", ({ scrapes }) => scrapes),
    panel("Memory, MB RSS", ({ memory }) => memory),
    panel("List of all pods as JSON, ms CPU", ({ list }) => list)
  ])
)
