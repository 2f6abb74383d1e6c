/**
 * Every benchmark, as a table for the program and one for each cluster: `npm run bench -- [--quick] [NODES ...]`.
 *
 * Each size is a cluster of so many nodes with thirty pods each; `--quick` is one small cluster and short measurements.
 */
import * as Bare from "./Bare.ts"
import * as Cluster from "./Cluster.ts"
import * as Loop from "./loop.ts"
import * as Machine from "./Machine.ts"
import * as Memory from "./memory.ts"
import * as Parse from "./parse.ts"
import * as Process from "./Process.ts"
import * as Requests from "./requests.ts"
import { print, type Row, type Targets, unmeasured } from "./Row.ts"
import * as Scrape from "./scrape.ts"
import * as Server from "./Server.ts"
import * as Start from "./start.ts"

const given = process.argv.slice(2)
const quick = given.includes("--quick")
const sizes = given.filter((it) => it !== "--quick").map(Number)

/** How long it is measured; cycles are of scrapes, the share is of requests, windows are those of the event loop's lag. */
const effort = quick
  ? { sizes: [50], start: { starts: 3, rest: 3000 }, warmUp: 0.2, cycles: 1, cycle: 3000, share: 0.1, windows: 1 }
  // The first cycles cost up to a third more, while code is compiled.
  : {
    sizes: [100, 1000, 5000],
    start: Start.thorough,
    warmUp: 6,
    cycles: 4,
    cycle: Server.defaults.resolution,
    share: 1,
    windows: 2
  }

const ofSize = async (nodes: number): Promise<ReadonlyArray<Row>> => {
  const cluster = await Cluster.start(nodes)
  const bare = await Bare.scraping(cluster, effort.cycles, effort.cycle)
  const server = await Server.start(cluster)
  const start = { claim: "start to ready", value: server.readyAfter / 1000, unit: "s", target: readyTargets[nodes] }
  await Process.sleep(effort.warmUp * server.resolution)
  const scraped = await Scrape.measure(server, effort.cycles)
  const rows = [
    start,
    ...Scrape.rows(cluster, scraped, bare),
    ...await Memory.run(server, scraped, bare),
    ...await Requests.run(server, scraped, effort.share),
    ...await Loop.run(server, effort.windows)
  ]
  await server.stop()
  await cluster.stop()
  return rows
}

const readyTargets: Targets = { 100: 12 }

const report = (title: string, rows: ReadonlyArray<Row>) => {
  process.stdout.write(`\n## ${title}\n\n${print(rows)}\n`)
  const missing = unmeasured(rows)
  if (missing.length > 0) throw new Error(`not measured: ${missing.join(", ")}`)
}

process.stdout.write(`${Machine.describe()}\n`)
report("The program", [...Parse.run(), ...await Start.run(effort.start)])
for (const nodes of sizes.length > 0 ? sizes : effort.sizes) {
  report(`${nodes} nodes of ${Cluster.podsPerNode} pods`, await ofSize(nodes))
}
