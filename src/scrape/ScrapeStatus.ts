/** The last outcome of every node: when, how long, which failure. */
import { Context, Effect, Layer } from "effect"
import type { KubeletError } from "./KubeletError.ts"

/** One finished turn of a node. */
export interface Outcome {
  readonly node: string
  /** By our clock: milliseconds since the epoch. */
  readonly startedAt: number
  /** Milliseconds. */
  readonly duration: number
  /** What was dialled, `host:port`; absent when there was nothing to dial. */
  readonly address?: string | undefined
  /** Rows of the sample: the node and its containers; 0 for a failure. */
  readonly rows: number
  /** When the kubelet read the node, by its clock: milliseconds since the epoch. Absent where it says nothing of the node itself. */
  readonly sampledAt?: number | undefined
  /** Absent for a success. */
  readonly error?: KubeletError | undefined
}

export interface NodeStatus extends Outcome {
  /** When the last successful turn started; absent when there was none. `sampledAt` is of the last turn that said it. */
  readonly lastSuccess?: number | undefined
  /** How many turns in a row failed, up to this one. */
  readonly failures: number
}

export class ScrapeStatus extends Context.Service<ScrapeStatus, {
  /** Takes an outcome in and answers what was known of the node before. */
  record(outcome: Outcome): Effect.Effect<NodeStatus | undefined>
  forget(node: string): Effect.Effect<void>
  /** The node begins or ends its next turn by then, in monotonic time. */
  expect(node: string, by: number): Effect.Effect<void>
  /** Nodes that should have been heard of before that moment. */
  overdue(before: number): ReadonlyArray<string>
  get(node: string): NodeStatus | undefined
  /** Sorted by node. */
  list(): ReadonlyArray<NodeStatus>
}>()("metrics-server/scrape/ScrapeStatus") {
  static readonly layer = Layer.sync(ScrapeStatus, () => {
    const nodes = new Map<string, NodeStatus>()
    const expected = new Map<string, number>()
    return ScrapeStatus.of({
      record: (outcome) =>
        Effect.sync(() => {
          const before = nodes.get(outcome.node)
          nodes.set(outcome.node, after(before, outcome))
          return before
        }),
      forget: (node) =>
        Effect.sync(() => {
          nodes.delete(node)
          expected.delete(node)
        }),
      expect: (node, by) => Effect.sync(() => expected.set(node, by)),
      overdue: (before) => [...expected].filter(([, by]) => by < before).map(([node]) => node),
      get: (node) => nodes.get(node),
      list: () => [...nodes.values()].toSorted((a, b) => a.node < b.node ? -1 : 1)
    })
  })
}

/** Without spreads: there is one for each scrape, and all of them have one form. */
const after = (
  before: NodeStatus | undefined,
  { address, duration, error, node, rows, sampledAt, startedAt }: Outcome
): NodeStatus => ({
  node,
  startedAt,
  duration,
  address,
  rows,
  sampledAt: sampledAt ?? before?.sampledAt,
  error,
  lastSuccess: error === undefined ? startedAt : before?.lastSuccess,
  failures: error === undefined ? 0 : (before?.failures ?? 0) + 1
})
