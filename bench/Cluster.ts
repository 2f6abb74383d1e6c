/** The simulated cluster that a server is measured in: a process of its own. */
import { readFileSync } from "node:fs"
import type { Identity } from "./Client.ts"
import * as Process from "./Process.ts"
import type { Up } from "./simulatedCluster.ts"

export const podsPerNode = 30

export interface Cluster extends Up {
  readonly nodes: number
  /** One pod gets another label; the server hears of it a moment later. */
  readonly changePod: () => void
  readonly stop: () => Promise<void>
}

/**
 * Every page that is compressed takes a quarter of a megabyte outside of V8's heap for a moment, and by default V8 marks all of the
 * heap after 64 MB of those. With ten thousand kubelets three fifths of its CPU went into that.
 */
const nodeFlags = [
  "--max-semi-space-size=64",
  "--external-memory-accounted-in-global-limit",
  "--external-memory-max-growing-factor=2"
]

export const start = async (nodes: number): Promise<Cluster> => {
  const args = [String(nodes), String(podsPerNode)]
  const { child, word } = await Process.start<Up>("simulatedCluster.ts", args, nodeFlags)
  return { ...word, nodes, changePod: () => child.send("change a pod"), stop: () => Process.stop(child) }
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
