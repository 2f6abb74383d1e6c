/** What the log says of nodes: changes of their state, and of many that change at once a few lines. */
import { Array, Duration, Effect, LogLevel, Queue, References } from "effect"
import type { Node } from "../discover/Nodes.ts"
import * as FailureSummary from "./FailureSummary.ts"
import type { KubeletError } from "./KubeletError.ts"
import type { NodeStatus, Outcome } from "./ScrapeStatus.ts"

interface Failed {
  readonly error: KubeletError
  /** Of a node that is not ready little else is to be expected. */
  readonly ready: boolean
}

interface Recovered {
  readonly node: string
  readonly failures: number
}

export type Change = Failed | Recovered

/** What fails together is told together. */
const gathering = Duration.seconds(1)

/** Of a thousand names the first few tell it all. */
const maxExamples = 3

export const make = Effect.fnUntraced(function*(resolution: Duration.Duration) {
  const changes = yield* Queue.unbounded<Change>()
  const traces = LogLevel.isLessThanOrEqualTo(yield* References.MinimumLogLevel, "Trace")

  /** The first change is told soon, and those that follow on its heels once a resolution. */
  yield* Queue.take(changes).pipe(
    Effect.tap(Effect.sleep(gathering)),
    Effect.flatMap((first) => Effect.map(Queue.clear(changes), (others) => [first, ...others])),
    Effect.flatMap((changes) => Effect.forEach(lines(changes), write, { discard: true })),
    Effect.andThen(Effect.sleep(resolution)),
    Effect.forever,
    Effect.forkScoped
  )

  return {
    /** One turn of one node is over. */
    record: (node: Node, before: NodeStatus | undefined, { duration, error, rows }: Outcome) => {
      const change = changeOf(node, before, error)
      if (change !== undefined) return Queue.offer(changes, change)
      if (!traces) return Effect.void
      return Effect.logTrace(
        error?.message ?? `node ${node.name}: ${rows} readings in ${Math.ceil(duration)} ms`
      )
    }
  }
})

/** Nothing, as long as a node does well or fails as before. */
const changeOf = (
  node: Node,
  before: NodeStatus | undefined,
  error: KubeletError | undefined
): Change | undefined => {
  if (error !== undefined) return before?.error?.reason === error.reason ? undefined : { error, ready: node.ready }
  return before?.error === undefined ? undefined : { node: node.name, failures: before.failures }
}

export interface Line {
  readonly level: "Warn" | "Info" | "Debug"
  readonly message: string
  readonly fields: Readonly<Record<string, string | number>>
}

const write = ({ fields, level, message }: Line) =>
  Effect.logWithLevel(level)(message).pipe(Effect.annotateLogs(fields))

/** A line for each reason, and one for all that do well again. Those who want more get each of many by itself. */
export const lines = (changes: ReadonlyArray<Change>): ReadonlyArray<Line> => {
  const alike = Array.groupBy(changes.filter(isFailed), ({ error, ready }) => `${ready} ${error.reason}`)
  return [...Object.values(alike).flatMap(ofFailed), ...ofRecovered(changes.filter(isRecovered))]
}

const isFailed = (change: Change): change is Failed => "error" in change

const isRecovered = (change: Change): change is Recovered => !isFailed(change)

const ofFailed = (failed: Array.NonEmptyReadonlyArray<Failed>): ReadonlyArray<Line> => {
  const [{ error, ready }] = failed
  const level = ready ? "Warn" : "Info"
  const aside = ready ? "" : failed.length === 1 ? " (the node is not ready)" : " (the nodes are not ready)"
  if (failed.length === 1) {
    return [{ level, message: `${error.message}${aside}`, fields: { reason: error.reason, node: error.node } }]
  }
  const errors = failed.map((it) => it.error)
  const what = FailureSummary.summarize(errors).map(FailureSummary.describe).join("; ")
  return [
    {
      level,
      message: `cannot scrape ${failed.length} nodes: ${what}${aside}`,
      fields: { reason: error.reason, nodes: failed.length, examples: examples(errors) }
    },
    ...errors.map(({ message, node, reason }): Line => ({ level: "Debug", message, fields: { reason, node } }))
  ]
}

const ofRecovered = (recovered: ReadonlyArray<Recovered>): ReadonlyArray<Line> => {
  const [first] = recovered
  if (first === undefined) return []
  if (recovered.length === 1) {
    const message = `node ${first.node} is scraped again after ${first.failures} ${
      first.failures === 1 ? "failure" : "failures"
    }`
    return [{ level: "Info", message, fields: { node: first.node } }]
  }
  return [{
    level: "Info",
    message: `${recovered.length} nodes are scraped again`,
    fields: { nodes: recovered.length, examples: examples(recovered) }
  }]
}

const examples = (nodes: ReadonlyArray<{ readonly node: string }>) =>
  nodes.slice(0, maxExamples).map(({ node }) => node).join(", ")
