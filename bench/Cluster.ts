/** The simulated cluster that a server is measured in: a process of its own. */
import { readFileSync } from "node:fs"
import type { Identity } from "./Client.ts"
import * as Process from "./Process.ts"
import type { Up } from "./simulatedCluster.ts"

export const podsPerNode = 30

export interface Cluster extends Up {
  readonly nodes: number
  readonly stop: () => Promise<void>
}

export const start = async (nodes: number): Promise<Cluster> => {
  const { child, word } = await Process.start<Up>("simulatedCluster.ts", [String(nodes), String(podsPerNode)])
  return { ...word, nodes, stop: () => Process.stop(child) }
}

/** How the aggregation layer asks: with its certificate, in the name of a user who may read everything. */
export const asAggregator = ({ directory }: Cluster): Identity => ({
  tls: {
    cert: readFileSync(`${directory.path}/clients/front-proxy-client.crt`),
    key: readFileSync(`${directory.path}/clients/front-proxy-client.key`),
    rejectUnauthorized: false
  },
  headers: {
    "x-remote-user": "system:serviceaccount:default:reader"
  }
})
