/** What a start costs, and what is in memory when nothing happens after it. Alone: `node bench/start.ts` */
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import * as Process from "./Process.ts"
import { type Row, table } from "./Row.ts"
import * as Server from "./Server.ts"

/** So small that nothing but the program itself counts. */
const nodes = 3

/** Until what was only needed to start has been given back. */
const rest = 60_000

export const run = async (times: number): Promise<ReadonlyArray<Row>> => {
  const version: Row = {
    claim: "start, until --version is printed",
    value: cpuOf(times, [...Server.nodeFlags, Server.program(), "--version"]),
    unit: "s CPU",
    target: 0.2,
    reference: cpuOf(times, ["--version"])
  }
  const { child: simulation, word: cluster } = await Server.simulate(nodes)
  let cpu = 0
  for (let i = 0; i < times; i++) {
    const { child, url } = await Server.launch(cluster)
    await Server.until("/livez", child, url)
    cpu += Process.cpuMillis(child.pid ?? 0)
    await Process.stop(child)
  }
  const { child, url } = await Server.launch(cluster)
  await Server.until("/readyz", child, url)
  await Process.sleep(rest)
  const memory = Process.rss(child.pid ?? 0)
  await Process.stop(child)
  await Process.stop(simulation)
  return [
    version,
    { claim: "start, until /livez is ok", value: cpu / times / 1000, unit: "s CPU" },
    { claim: `memory with ${nodes} nodes`, value: memory, unit: "MB RSS", target: 90 }
  ]
}

/** Seconds, one run of many. */
const cpuOf = (times: number, args: ReadonlyArray<string>) => {
  const before = Process.cpuMillisOfEnded(process.pid)
  for (let i = 0; i < times; i++) spawnSync(process.execPath, args, { env: { ...process.env, ...Server.environment } })
  return (Process.cpuMillisOfEnded(process.pid) - before) / times / 1000
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${table(await run(10))}\n`)
