/** What a cycle of scrapes costs, beside bare requests for the same pages. */
import Undici from "@effect/platform-node/Undici"
import { readFileSync } from "node:fs"
import { tokens } from "../src/simulate/Identities.ts"
import * as Process from "./Process.ts"
import type { Row } from "./Row.ts"
import { podsPerNode, resolution, type Server } from "./Server.ts"

const targets: Readonly<Record<number, number>> = { 1000: 0.3, 5000: 0.5 }

export const run = async (server: Server, cycles: number): Promise<ReadonlyArray<Row>> => {
  const before = Process.cpuMillis(server.pid)
  await Process.sleep(cycles * resolution)
  const spent = Process.cpuMillis(server.pid) - before
  const target = targets[server.nodes]
  return [{
    claim: `scrape ${server.nodes} nodes of ${podsPerNode} pods`,
    value: spent / cycles / server.nodes,
    unit: "ms CPU per node",
    ...target !== undefined && { target },
    reference: await bare(server.cluster.directory.kubeletCa, server.cluster.ports)
  }]
}

/** The same pages over kept connections, four at a time, and thrown away. */
const bare = async (ca: string, ports: ReadonlyArray<number>) => {
  const agent = new Undici.Agent({ allowH2: false, connections: 1, connect: { ca: readFileSync(ca, "utf8") } })
  const headers = { authorization: `Bearer ${tokens.metricsServer}` }
  const cycle = async () => {
    let next = 0
    const work = async () => {
      while (next < ports.length) {
        const origin = `https://127.0.0.1:${ports[next++]}`
        const { body } = await agent.request({ origin, path: "/metrics/resource", method: "GET", headers })
        await body.arrayBuffer()
      }
    }
    await Promise.all(Array.from({ length: 4 }, work))
  }
  await cycle()
  const before = Process.cpuMillis(process.pid)
  await cycle()
  await cycle()
  const spent = Process.cpuMillis(process.pid) - before
  await agent.destroy()
  return spent / 2 / ports.length
}
