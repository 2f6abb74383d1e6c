/**
 * Every benchmark as one table: `npm run bench -- [--quick] [NODES ...]`.
 *
 * Each size is a cluster of so many nodes with thirty pods each; `--quick` is one small cluster and short measurements.
 */
import * as Loop from "./loop.ts"
import * as Memory from "./memory.ts"
import * as Parse from "./parse.ts"
import * as Process from "./Process.ts"
import * as Requests from "./requests.ts"
import { type Row, table } from "./Row.ts"
import * as Scrape from "./scrape.ts"
import * as Server from "./Server.ts"
import * as Start from "./start.ts"

const given = process.argv.slice(2)
const quick = given.includes("--quick")
const sizes = given.filter((it) => it !== "--quick").map(Number)
const nodes = sizes.length > 0 ? sizes : quick ? [50] : [100, 1000]

const ofSize = async (nodes: number): Promise<ReadonlyArray<Row>> => {
  const server = await Server.start(nodes)
  // Until connections stand, code is compiled, and the short pauses before a second sample are over.
  await Process.sleep((quick ? 1 : 3) * Server.resolution)
  const scrape = await Scrape.run(server, quick ? 1 : 4)
  const atRest = await Memory.atRest(server)
  const requests = await Requests.run(server, quick ? 0.1 : 1)
  const underLists = await Memory.underLists(server)
  const loop = await Loop.run(server)
  await server.stop()
  const start: Row = {
    claim: `start to ready with ${nodes} nodes`,
    value: server.readyAfter / 1000,
    unit: "s",
    ...nodes === 100 && { target: 12 }
  }
  return [start, ...scrape, ...atRest, ...underLists, ...requests, ...loop]
}

const rows: Array<Row> = [...Parse.run(), ...await Start.run(quick ? 3 : 10)]
for (const size of nodes) rows.push(...await ofSize(size))
process.stdout.write(`${table(rows)}\n`)
