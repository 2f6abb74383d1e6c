/** Why something that is there has no metrics: what clients of a 404 find in its causes. */
import { Effect } from "effect"
import type { NodeStatus, ScrapeStatus } from "../scrape/ScrapeStatus.ts"
import type { MetricsStore } from "../store/MetricsStore.ts"

/** Reasons are for programs, messages for people. */
export interface Cause {
  readonly reason: "NotScraped" | "ScrapeFailed" | "TooYoung" | "TooOld"
  readonly message: string
}

export interface Absence {
  readonly ofNode: (name: string) => Effect.Effect<ReadonlyArray<Cause>>
  readonly ofPod: (namespace: string, name: string) => Effect.Effect<ReadonlyArray<Cause>>
}

export const make = (store: MetricsStore["Service"], status: ScrapeStatus["Service"]): Absence => ({
  ofNode: (name) => Effect.map(store.depth(name), (depth) => explainNode(name, status.get(name), depth)),
  ofPod: (namespace, name) =>
    Effect.map(store.trace(namespace, name), (traces) =>
      traces.length === 0
        ? explainUnreported(status.list())
        : traces.flatMap(({ node, waiting }) => explainPod(node, status.get(node), waiting)))
})

const explainNode = (name: string, status: NodeStatus | undefined, depth: number): ReadonlyArray<Cause> => {
  if (status === undefined) return [{ reason: "NotScraped", message: `node ${name} has not been scraped yet` }]
  if (status.error !== undefined) return failures(status)
  return depth < 2
    ? [{ reason: "TooYoung", message: `node ${name} has been read once; usage is computed from two readings` }]
    : [tooOld(name)]
}

const explainPod = (
  node: string,
  status: NodeStatus | undefined,
  waiting: ReadonlyArray<string>
): ReadonlyArray<Cause> => [
  ...status === undefined ? [] : failures(status),
  ...waiting.length === 0
    ? [tooOld(node)]
    : waiting.map((container): Cause => ({
      reason: "TooYoung",
      message:
        `container ${container} is too young: usage is computed from two readings of it, or from one 10s after its start`
    }))
]

/** The node of such a pod is not known: it may be one of those that cannot be scraped. */
const explainUnreported = (nodes: ReadonlyArray<NodeStatus>): ReadonlyArray<Cause> => {
  const failing = nodes.flatMap(failures)
  return [{ reason: "NotScraped", message: "no kubelet has reported the pod yet" }, ...failing.slice(0, maxFailures)]
}

/** Of a thousand nodes behind a firewall the first few tell it all. */
const maxFailures = 5

const failures = ({ error, node }: NodeStatus): ReadonlyArray<Cause> =>
  error === undefined ? [] : [{
    reason: "ScrapeFailed",
    message: `the last scrape of node ${node} failed: ${error.detail} (${error.reason})`
  }]

const tooOld = (node: string): Cause => ({
  reason: "TooOld",
  message: `the last usage that could be computed from the readings of node ${node} is too old to be served`
})
