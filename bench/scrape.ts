/** What a cycle of scrapes costs, beside bare requests for the same pages. */
import type { Scraping } from "./Bare.ts"
import { type Cluster, podsPerNode } from "./Cluster.ts"
import * as MetricsPage from "./MetricsPage.ts"
import * as Process from "./Process.ts"
import type { Row, Targets } from "./Row.ts"
import type { Server } from "./Server.ts"

const targets: Targets = { 1000: 0.3, 5000: 0.5 }

export interface Scraped {
  /** Milliseconds of CPU in a cycle. */
  readonly cpu: number
  /** What that is of a core. */
  readonly load: number
  /** What is resident in the end: MB. */
  readonly memory: number
  /** Scrapes, in all. */
  readonly failed: number
}

/** So many cycles in which nothing but scrapes happens. */
export const measure = async (server: Server, cycles: number): Promise<Scraped> => {
  const failures = () => MetricsPage.read(server, `metrics_server_kubelet_request_total{success="false"}`)
  const failed = await failures()
  const before = Process.cpuMillis(server.pid)
  await Process.sleep(cycles * server.resolution)
  const cpu = (Process.cpuMillis(server.pid) - before) / cycles
  // Before anybody asks for the metrics of a thousand nodes, which leaves V8 something to collect.
  const memory = Process.rss(server.pid)
  return { cpu, load: cpu / server.resolution, memory, failed: await failures() - failed }
}

export const rows = ({ nodes }: Cluster, { cpu, failed }: Scraped, bare: Scraping): ReadonlyArray<Row> => [
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
