/** What the server keeps in memory: at rest, and while the longest lists are read, beside bare connections to as many kubelets. */
import * as Client from "./Client.ts"
import * as Process from "./Process.ts"
import type { Row } from "./Row.ts"
import { asAggregator, podsPerNode, type Server } from "./Server.ts"

const targets: Readonly<Record<number, number>> = { 100: 110, 1000: 220, 5000: 600 }

export const atRest = async ({ cluster, nodes, pid }: Server): Promise<ReadonlyArray<Row>> => {
  const target = targets[nodes]
  const bare = await Process.start("bareConnections.ts", [cluster.directory.kubeletCa, cluster.ports.join()])
  const reference = Process.rss(bare.pid)
  await Process.stop(bare.child)
  return [{
    claim: `memory with ${nodes} nodes of ${podsPerNode} pods`,
    value: Process.rss(pid),
    unit: "MB RSS",
    ...target !== undefined && { target },
    reference
  }]
}

/** Eight clients at once, three times each. */
export const underLists = async ({ cluster, nodes, pid, url }: Server): Promise<ReadonlyArray<Row>> => {
  const rows: Array<Row> = []
  for (const accept of ["application/json", "application/vnd.kubernetes.protobuf"]) {
    const clients = Client.http2(url, asAggregator(cluster), { connections: 8, streams: 1 })
    const steady = Process.rss(pid)
    Process.resetPeak(pid)
    await clients.ask({ path: "/apis/metrics.k8s.io/v1beta1/pods", accept }, 24)
    clients.close()
    rows.push({
      claim: `more of it under 8 lists of all pods at once, ${accept.split(/[/.]/).at(-1)}`,
      value: Process.peak(pid) - steady,
      unit: "MB RSS",
      ...nodes === 1000 && { target: 80 }
    })
  }
  return rows
}
