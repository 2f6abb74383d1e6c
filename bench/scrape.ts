/** What a cycle of scrapes costs, beside bare requests for the same pages. */
import type { Scraping } from "./Bare.ts"
import { podsPerNode } from "./Cluster.ts"
import * as Process from "./Process.ts"
import type { Row, Targets } from "./Row.ts"
import type { Server } from "./Server.ts"

const targets: Targets = { 1000: 0.3, 5000: 0.5 }

/** Milliseconds of CPU in one resolution, in which nothing but scrapes happens. */
export const cpuPerCycle = async ({ pid, resolution }: Server, cycles: number) => {
  const before = Process.cpuMillis(pid)
  await Process.sleep(cycles * resolution)
  return (Process.cpuMillis(pid) - before) / cycles
}

export const run = async (server: Server, bare: Scraping, cycles: number): Promise<Row> => {
  const { nodes } = server.cluster
  return {
    claim: `scrape a node of ${podsPerNode} pods`,
    value: await cpuPerCycle(server, cycles) / nodes,
    unit: "ms CPU",
    target: targets[nodes],
    reference: bare.cpuPerNode
  }
}
