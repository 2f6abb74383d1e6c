/** What a cycle of scrapes costs, beside bare requests for the same pages. */
import type { Scraping } from "./Bare.ts"
import { podsPerNode } from "./Cluster.ts"
import * as MetricsPage from "./MetricsPage.ts"
import * as Process from "./Process.ts"
import type { Row, Targets } from "./Row.ts"
import type { Server } from "./Server.ts"

const targets: Targets = { 1000: 0.3, 5000: 0.5 }

/** Milliseconds of CPU in one resolution, in which nothing but scrapes happens, and how many of those failed in all. */
export const measure = async (server: Server, cycles: number) => {
  const failures = () => MetricsPage.read(server, `metrics_server_kubelet_request_total{success="false"}`)
  const failed = await failures()
  const before = Process.cpuMillis(server.pid)
  await Process.sleep(cycles * server.resolution)
  const cpu = (Process.cpuMillis(server.pid) - before) / cycles
  return { cpu, failed: await failures() - failed }
}

export const run = async (server: Server, bare: Scraping, cycles: number): Promise<ReadonlyArray<Row>> => {
  const { nodes } = server.cluster
  const { cpu, failed } = await measure(server, cycles)
  return [
    {
      claim: `scrape a node of ${podsPerNode} pods`,
      value: cpu / nodes,
      unit: "ms CPU",
      target: targets[nodes],
      reference: bare.cpuPerNode
    },
    // Where there are any, the machine is too small for the simulated cluster, and no figure is worth much.
    { claim: "scrapes that failed meanwhile", value: failed, unit: "", target: 0 }
  ]
}
