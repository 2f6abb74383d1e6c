/** What the log says of nodes. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Logger, References } from "effect"
import { TestClock } from "effect/testing"
import type { Node } from "../../src/discover/Nodes.ts"
import { KubeletError, type KubeletReason } from "../../src/scrape/KubeletError.ts"
import * as ScrapeLog from "../../src/scrape/ScrapeLog.ts"
import { type NodeStatus, type Outcome, ScrapeStatus } from "../../src/scrape/ScrapeStatus.ts"

const node = (name: string, ready = true): Node => ({
  name,
  labels: {},
  addresses: [],
  kubeletPort: 0,
  ready,
  metricsPath: "/metrics/resource"
})

const duration = 5

const well = (name: string): Outcome => ({ node: name, startedAt: 0, duration, rows: 3 })

const badly = (name: string, reason: KubeletReason): Outcome => ({
  ...well(name),
  rows: 0,
  error: new KubeletError({ node: name, address: `${name}:10250`, reason, detail: "it went wrong" })
})

/** A log of which the lines are kept, with their levels and what is said besides. */
const logging = <A, E, R>(
  level: "Info" | "Debug" | "Trace",
  effect: (lines: Array<string>) => Effect.Effect<A, E, R>
) => {
  const lines: Array<string> = []
  const logger = Logger.map(Logger.formatStructured, ({ annotations, level, message }) => {
    lines.push([level, message, ...Object.entries(annotations).map((it) => it.join("="))].join(" | "))
  })
  return effect(lines).pipe(
    Effect.provide(Logger.layer([logger])),
    Effect.provideService(References.MinimumLogLevel, level)
  )
}

/** As the loops do it. */
const turns = Effect.gen(function*() {
  const log = yield* ScrapeLog.make(Duration.seconds(15))
  const status = yield* ScrapeStatus
  return (node: Node, outcome: Outcome) =>
    Effect.flatMap(status.record(outcome), (before: NodeStatus | undefined) => log.record(node, before, outcome))
}).pipe(Effect.provide(ScrapeStatus.layer))

describe("the log", () => {
  it.effect("tells when a node fails, when it fails for another reason, and when it does well again, and nothing else", () =>
    logging("Info", (lines) =>
      Effect.gen(function*() {
        const turn = yield* turns
        const outcomes = [
          well("a"),
          well("a"),
          badly("a", "timeout"),
          badly("a", "timeout"),
          badly("a", "reset"),
          well("a"),
          badly("a", "timeout"),
          well("a")
        ]
        for (const outcome of outcomes) {
          yield* turn(node("a"), outcome)
          yield* TestClock.adjust("20 seconds")
        }
        assert.deepStrictEqual(lines.map((line) => line.replace(/; .*? \|/, "; ... |")), [
          "WARN | cannot scrape node a at a:10250: it went wrong (timeout); ... | reason=timeout | node=a",
          "WARN | cannot scrape node a at a:10250: it went wrong (reset); ... | reason=reset | node=a",
          "INFO | node a is scraped again after 3 failures | node=a",
          "WARN | cannot scrape node a at a:10250: it went wrong (timeout); ... | reason=timeout | node=a",
          "INFO | node a is scraped again after 1 failure | node=a"
        ])
      })))

  it.effect("tells of a thousand nodes that fail and recover together in a handful of lines, with counts and examples", () =>
    logging("Info", (lines) =>
      Effect.gen(function*() {
        const turn = yield* turns
        const names = Array.from({ length: 1000 }, (_, i) => `node-${i}`)
        const each = (outcome: (name: string) => Outcome) =>
          Effect.forEach(
            names,
            (name) => Effect.andThen(turn(node(name), outcome(name)), TestClock.adjust("10 millis"))
          )
        yield* each((name) => badly(name, "tls_name_mismatch"))
        yield* TestClock.adjust("30 seconds")
        assert.lengthOf(lines, 2)
        assert.match(
          lines[0] ?? "",
          /^WARN \| cannot scrape 10\d nodes: it went wrong \(tls_name_mismatch\), such as node-0 at node-0:10250; .* \| nodes=10\d \| examples=node-0, node-1, node-2$/
        )
        const counts = lines.map((line) => Number(/cannot scrape (\d+) nodes/.exec(line)?.[1]))
        assert.strictEqual(counts.reduce((sum, it) => sum + it, 0), 1000)
        yield* each(well)
        yield* TestClock.adjust("30 seconds")
        assert.lengthOf(lines, 4)
        assert.match(lines[3] ?? "", /^INFO \| \d+ nodes are scraped again \| nodes=\d+ \| examples=node-/)
      })))

  it.effect("tells of each reason by itself, and of nodes that are not ready in passing", () =>
    logging("Info", (lines) =>
      Effect.gen(function*() {
        const turn = yield* turns
        for (const name of ["a", "b"]) yield* turn(node(name), badly(name, "timeout"))
        for (const name of ["c", "d"]) yield* turn(node(name), badly(name, "forbidden"))
        for (const name of ["e", "f"]) yield* turn(node(name, false), badly(name, "timeout"))
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(lines.map((line) => line.replace(/:.*\| reason/, ": ... | reason")), [
          "WARN | cannot scrape 2 nodes: ... | reason=timeout | nodes=2 | examples=a, b",
          "WARN | cannot scrape 2 nodes: ... | reason=forbidden | nodes=2 | examples=c, d",
          "INFO | cannot scrape 2 nodes: ... | reason=timeout | nodes=2 | examples=e, f"
        ])
      })))

  it.effect("tells of each node to those who want more, and of each scrape to those who want all", () =>
    Effect.gen(function*() {
      const counted = (level: "Debug" | "Trace") =>
        logging(level, (lines) =>
          Effect.gen(function*() {
            const turn = yield* turns
            for (const name of ["a", "b"]) yield* turn(node(name), badly(name, "timeout"))
            for (const name of ["c", "d"]) yield* turn(node(name), well(name))
            yield* TestClock.adjust("1 second")
            return lines.map((line) => line.split(" | ", 1).join()).toSorted()
          }))
      assert.deepStrictEqual(yield* counted("Debug"), ["DEBUG", "DEBUG", "WARN"])
      assert.deepStrictEqual(yield* counted("Trace"), ["DEBUG", "DEBUG", "TRACE", "TRACE", "WARN"])
    }))
})
