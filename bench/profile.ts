/**
 * Where the server's time goes: `npm run bench:profile -- NODES SECONDS [PATH]`.
 *
 * It runs in a cluster of so many nodes for so many seconds, under V8's profiler, and is asked for the path all the while, if there
 * is one. Its process id is printed, for other tools to look at it meanwhile (docs/performance.md).
 */
import { readdirSync, readFileSync } from "node:fs"
import { SourceMap, type SourceOrigin } from "node:module"
import { relative, resolve } from "node:path"
import * as Client from "./Client.ts"
import * as Cluster from "./Cluster.ts"
import * as Process from "./Process.ts"
import { bundle } from "./Program.ts"
import * as Server from "./Server.ts"
import { figures, table } from "./Table.ts"

interface Profile {
  readonly nodes: ReadonlyArray<{ readonly id: number; readonly callFrame: CallFrame }>
  readonly samples: ReadonlyArray<number>
  /** Microseconds. */
  readonly timeDeltas: ReadonlyArray<number>
}

interface CallFrame {
  readonly functionName: string
  readonly url: string
  readonly lineNumber: number
  readonly columnNumber: number
}

/** What a function is called, and where it stands in the sources: the names of the bundle are short. */
const named = (map: SourceMap, directory: string) => ({ columnNumber, functionName, lineNumber, url }: CallFrame) => {
  if (!url.endsWith(".mjs")) return `${functionName} ${url}`
  const { name = functionName, fileName = "", lineNumber: line = 0 }: Partial<SourceOrigin> = map.findOrigin(
    lineNumber + 1,
    columnNumber + 1
  )
  return `${name || "(anonymous)"} ${relative(process.cwd(), resolve(directory, fileName))}:${line}`
}

const selfTimes = ({ nodes, samples, timeDeltas }: Profile, name: (frame: CallFrame) => string) => {
  const names = new Map(nodes.map(({ callFrame, id }) => [id, name(callFrame)]))
  const times = new Map<string, number>()
  samples.forEach((id, index) => {
    const name = names.get(id) ?? ""
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0) / 1000)
  })
  return Array.from(times).sort(([, a], [, b]) => b - a)
}

const [nodes = "100", seconds = "60", path] = process.argv.slice(2)
const directory = bundle().replace(/[^/]+$/, "")
const cluster = await Cluster.start(Number(nodes))
const server = await Server.start(cluster, {
  ...Server.defaults,
  nodeFlags: ["--cpu-prof", `--cpu-prof-dir=${directory}`]
})
process.stdout.write(`${server.pid} serves ${server.url}\n`)

const until = performance.now() + Number(seconds) * 1000
const client = Client.http2(server.url, Cluster.asAggregator(cluster), { connections: 1, streams: 1 })
while (performance.now() < until) {
  if (path === undefined) await Process.sleep(1000)
  else await client.ask({ path, accept: "application/json" }, 1)
}
client.close()
await server.stop()
await cluster.stop()

const read = (ending: string) =>
  JSON.parse(readFileSync(directory + readdirSync(directory).find((file) => file.endsWith(ending)), "utf8"))
const times = selfTimes(read(".cpuprofile"), named(new SourceMap(read(".mjs.map")), directory))
process.stdout.write(`${table(["function", "ms"], times.slice(0, 40).map(([name, ms]) => [name, figures(ms)]))}\n`)
