/** What the server keeps in memory at rest, and what it needs besides while the longest lists are read. */
import * as Bare from "./Bare.ts"
import * as Client from "./Client.ts"
import { asAggregator } from "./Cluster.ts"
import * as Process from "./Process.ts"
import type { Row, Targets } from "./Row.ts"
import type { Scraped } from "./scrape.ts"
import type { Server } from "./Server.ts"

const steadyTargets: Targets = { 100: 110, 1000: 220, 5000: 600 }

/** Of 30 000 pods. */
const peakTargets: Targets = { 1000: 80 }

const forms = { JSON: "application/json", protobuf: "application/vnd.kubernetes.protobuf" }

export const run = async (
  { cluster, pid, url }: Server,
  { memory: steady }: Scraped,
  bare: Bare.Scraping
): Promise<ReadonlyArray<Row>> => {
  const rows: Array<Row> = [{
    claim: "steady memory, beside that of as many bare connections",
    value: steady,
    unit: "MB RSS",
    target: steadyTargets[cluster.nodes],
    reference: bare.rss
  }]
  const identity = asAggregator(cluster)
  for (const [form, accept] of Object.entries(forms)) {
    const ours = await underLists(pid, url, identity, accept)
    const server = await Bare.answering(ours.body)
    const before = Process.rss(server.pid)
    const { peak } = await underLists(server.pid, server.url, { ...identity, headers: {} }, accept)
    await server.stop()
    rows.push({
      claim: `peak above it, 8 lists of all pods at once, ${form}`,
      value: ours.peak - steady,
      unit: "MB RSS",
      target: peakTargets[cluster.nodes],
      reference: peak - before
    })
  }
  return rows
}

/** Eight clients at once, three times each. */
const underLists = async (pid: number, url: string, identity: Client.Identity, accept: string) => {
  const clients = Client.http2(url, identity, { connections: 8, streams: 1 })
  Process.resetPeak(pid)
  const body = await clients.ask({ path: "/apis/metrics.k8s.io/v1beta1/pods", accept }, 24)
  clients.close()
  return { body, peak: Process.peak(pid) }
}
