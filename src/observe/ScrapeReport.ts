/** How the scraping of every node goes: what fails for which reason first, then each node by itself. */
import { Schema } from "effect"
import type { Node } from "../discover/Nodes.ts"
import * as FailureSummary from "../scrape/FailureSummary.ts"
import { KubeletReason } from "../scrape/KubeletError.ts"
import type { NodeStatus } from "../scrape/ScrapeStatus.ts"

const Time = Schema.String.annotate({ description: "RFC 3339, in UTC" })

const Cause = Schema.Struct({
  reason: KubeletReason,
  advice: Schema.String,
  /** How many nodes fail for it. */
  nodes: Schema.Int,
  example: Schema.Struct({ node: Schema.String, address: Schema.String, detail: Schema.String })
})

const ScrapedNode = Schema.Struct({
  node: Schema.String,
  state: Schema.Literals(["scraped", "failing", "waiting"]),
  /** What was dialled last. */
  address: Schema.optionalKey(Schema.String),
  lastAttempt: Schema.optionalKey(Time),
  lastSuccess: Schema.optionalKey(Time),
  durationSeconds: Schema.optionalKey(Schema.Finite),
  /** Readings in the last answer: the node's own and those of its containers. */
  samples: Schema.Int,
  /** Of the last reading of the node, by its kubelet's timestamp. */
  ageSeconds: Schema.optionalKey(Schema.Finite),
  /** How many scrapes in a row failed. */
  failures: Schema.Int,
  reason: Schema.optionalKey(KubeletReason),
  detail: Schema.optionalKey(Schema.String),
  advice: Schema.optionalKey(Schema.String)
})

export const ScrapeReport = Schema.Struct({
  time: Time,
  total: Schema.Int,
  scraped: Schema.Int,
  failing: Schema.Int,
  /** Known, but not scraped yet. */
  waiting: Schema.Int,
  causes: Schema.Array(Cause),
  nodes: Schema.Array(ScrapedNode)
})
export type ScrapeReport = typeof ScrapeReport.Type
export type ScrapedNode = typeof ScrapedNode.Type

export const make = (
  nodes: ReadonlyArray<Node>,
  statusOf: (node: string) => NodeStatus | undefined,
  now: number
): ScrapeReport => {
  const rows = nodes.map(({ name }) => ofNode(name, statusOf(name), now))
  const count = (state: ScrapedNode["state"]) => rows.filter((row) => row.state === state).length
  return {
    time: timestamp(now),
    total: rows.length,
    scraped: count("scraped"),
    failing: count("failing"),
    waiting: count("waiting"),
    causes: FailureSummary.summarize(nodes.flatMap(({ name }) => statusOf(name)?.error ?? [])).map(
      ({ example: { address, detail, node }, ...cause }) => ({ ...cause, example: { node, address, detail } })
    ),
    nodes: rows
  }
}

const ofNode = (node: string, status: NodeStatus | undefined, now: number): ScrapedNode => {
  if (status === undefined) return { node, state: "waiting", samples: 0, failures: 0 }
  const { address, duration, error, failures, lastSuccess, rows, sampledAt, startedAt } = status
  return {
    node,
    state: error === undefined ? "scraped" : "failing",
    ...address !== undefined && { address },
    lastAttempt: timestamp(startedAt),
    ...lastSuccess !== undefined && { lastSuccess: timestamp(lastSuccess) },
    durationSeconds: duration / 1000,
    samples: rows,
    ...sampledAt !== undefined && { ageSeconds: (now - sampledAt) / 1000 },
    failures,
    ...error !== undefined && { reason: error.reason, detail: error.detail, advice: error.advice }
  }
}

const timestamp = (millis: number) => new Date(millis).toISOString()
