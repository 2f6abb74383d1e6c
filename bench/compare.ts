/**
 * Programs side by side: `npm run bench:compare -- NODES ROUNDS BUNDLE BUNDLE ...`, with bundles that `npm run build` has made
 * in one checkout or another.
 *
 * All of them run in one cluster at the same time, and in each round each is asked the same in turn, so that an hour in which the
 * machine is slow is the same for all. Printed are medians of the rounds, and what the last one takes of what the first one does.
 */
import * as Cluster from "./Cluster.ts"
import * as Process from "./Process.ts"
import * as Requests from "./requests.ts"
import * as Scrape from "./scrape.ts"
import * as Server from "./Server.ts"
import { figures, table } from "./Table.ts"

const [nodes = "1000", rounds = "5", ...programs] = process.argv.slice(2)
if (programs.length < 2) throw new Error("expected two bundles at least: NODES ROUNDS BUNDLE BUNDLE ...")

const cluster = await Cluster.start(Number(nodes))
const servers: Array<Server.Server> = []
for (const program of programs) servers.push(await Server.start(cluster, { ...Server.defaults, program }))
const identity = Cluster.asAggregator(cluster)

const median = (values: ReadonlyArray<number>) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

/** Of each server the measurements of each claim. */
const measured = servers.map(() => new Map<string, Array<number>>())
const note = (server: number, claim: string, millis: number) => {
  const values = measured[server]!.get(claim) ?? []
  measured[server]!.set(claim, [...values, millis])
}

/** Until code is compiled, and until every pod has been read twice. */
await Process.sleep(6 * Server.defaults.resolution)
const pod = await Requests.somePod(servers.at(-1)!)
for (let round = 0; round < Number(rounds); round++) {
  const scraped = await Promise.all(servers.map((server) => Scrape.measure(server, 1)))
  scraped.forEach(({ cpu }, server) =>
    note(server, `scrape a node of ${Cluster.podsPerNode} pods`, cpu / Number(nodes))
  )
  for (const it of Requests.cases(pod)) {
    for (const [place, server] of servers.entries()) {
      const { millis } = await Requests.measure(it, { ...server, load: scraped[place]!.load }, identity)
      note(place, it.claim, millis)
    }
  }
}

const names = programs.map((program, place) => `${place + 1}: ${program.split("/").slice(-2).join("/")}`)
const rows = Array.from(measured[0]!.keys(), (claim) => {
  const values = measured.map((of) => median(of.get(claim) ?? []))
  return [claim, ...values.map(figures), figures(values.at(-1)! / values[0]!)]
})
const memory = servers.map(({ pid }) => Process.rss(pid))
rows.push(["memory after all of this, MB RSS", ...memory.map(figures), figures(memory.at(-1)! / memory[0]!)])
process.stdout.write(`${table(["ms CPU", ...names, "ratio"], rows)}\n`)

for (const server of servers) await server.stop()
await cluster.stop()
