/** What a start costs, and what is in memory when nothing happens after it. Alone: `node bench/start.ts` */
import { spawnSync } from "node:child_process"
import * as Cluster from "./Cluster.ts"
import * as Process from "./Process.ts"
import * as Program from "./Program.ts"
import { print, type Row } from "./Row.ts"
import * as Server from "./Server.ts"

/** So small that nothing but the program itself counts. */
const nodes = 3

export interface Effort {
  readonly starts: number
  /** Until what was only needed to start has been given back: milliseconds. */
  readonly rest: number
}

export const thorough: Effort = { starts: 10, rest: 60_000 }

export const run = async ({ rest, starts }: Effort): Promise<ReadonlyArray<Row>> => {
  const version: Row = {
    claim: "start, until --version is printed",
    value: cpuOf(starts, [...Program.nodeFlags, Program.bundle(), "--version"]),
    unit: "s CPU",
    target: 0.2,
    reference: cpuOf(starts, ["--eval", "0"])
  }
  const cluster = await Cluster.start(nodes)
  let cpu = 0
  for (let i = 0; i < starts; i++) {
    const { child, url } = await Server.launch(cluster)
    await Server.until("/livez", child, url)
    cpu += Process.cpuMillis(child.pid ?? 0)
    await Process.stop(child)
  }
  const server = await Server.start(cluster)
  await Process.sleep(rest)
  const memory = Process.rss(server.pid)
  await server.stop()
  await cluster.stop()
  return [
    version,
    { claim: "start, until /livez is ok", value: cpu / starts / 1000, unit: "s CPU" },
    { claim: `memory with ${nodes} nodes`, value: memory, unit: "MB RSS", target: 90 }
  ]
}

/** Seconds, one run of many. */
const cpuOf = (times: number, args: ReadonlyArray<string>) => {
  const before = Process.cpuMillisOfEnded()
  for (let i = 0; i < times; i++) spawnSync(process.execPath, args, { env: { ...process.env, ...Program.environment } })
  return (Process.cpuMillisOfEnded() - before) / times / 1000
}

if (import.meta.main) process.stdout.write(`${print(await run(thorough))}\n`)
