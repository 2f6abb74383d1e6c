/** Log lines: their forms, and how many of them there are. */
import { assert, describe, it } from "@effect/vitest"
import { Console, Effect } from "effect"
import * as Logging from "../../src/observe/Logging.ts"

const quiet: Logging.Options = { verbosity: 0, modules: [], format: "text" }

/** What is printed to standard error. */
const printed = (options: Partial<Logging.Options>, effect: Effect.Effect<void>, inert: ReadonlyArray<string> = []) =>
  Effect.gen(function*() {
    const lines: Array<string> = []
    const console = { ...globalThis.console, error: (line: string) => lines.push(line) }
    yield* effect.pipe(
      Effect.provide(Logging.layer({ ...quiet, ...options }, inert)),
      Effect.provideService(Console.Console, console)
    )
    return lines
  })

const event = Effect.logWarning("something \"odd\"\nhappened").pipe(
  Effect.annotateLogs({ nodes: 3, reason: "timeout", examples: "a, b" }),
  Effect.annotateLogs({ service: "Scraper" })
)

const all = Effect.forEach(
  ["Fatal", "Error", "Warn", "Info", "Debug", "Trace"] as const,
  (level) => Effect.logWithLevel(level)(level.toLowerCase()),
  { discard: true }
)

const levelsOf = (lines: ReadonlyArray<string>) => lines.map((line) => /message=(\w+)/.exec(line)?.[1])

describe("a log line", () => {
  it.effect("is logfmt on one line, whatever its values hold", () =>
    Effect.map(printed({}, event), (lines) =>
      assert.deepStrictEqual(lines, [
        "timestamp=1970-01-01T00:00:00.000Z level=WARN service=Scraper message=\"something \\\"odd\\\"\\nhappened\" " +
        "nodes=3 reason=timeout examples=\"a, b\""
      ])))

  it.effect("has the same fields as JSON", () =>
    Effect.map(printed({ format: "json" }, event), ([line]) =>
      assert.deepStrictEqual(JSON.parse(line ?? ""), {
        timestamp: "1970-01-01T00:00:00.000Z",
        level: "WARN",
        service: "Scraper",
        message: "something \"odd\"\nhappened",
        nodes: 3,
        reason: "timeout",
        examples: "a, b"
      })))

  it.effect("is written whatever its parts are", () =>
    Effect.map(printed({}, Effect.logWarning("it has", { so: 2n ** 64n })), ([line]) => {
      assert.include(line, "18446744073709551616")
    }))

  it.effect("tells the cause of a defect", () =>
    Effect.map(
      printed(
        { format: "json" },
        Effect.flatMap(
          Effect.exit(Effect.die(new Error("broken"))),
          (exit) => exit._tag === "Failure" ? Effect.logError("a defect", exit.cause) : Effect.void
        )
      ),
      ([line]) => assert.match(JSON.parse(line ?? "").cause, /^Error: broken\n/)
    ))
})

describe("the verbosity", () => {
  const upToInfo = ["fatal", "error", "warn", "info"]

  it.effect.each(
    [
      [0, upToInfo],
      [1, [...upToInfo, "debug"]],
      [3, [...upToInfo, "debug"]],
      [4, [...upToInfo, "debug", "trace"]],
      [10, [...upToInfo, "debug", "trace"]]
    ] as const
  )(
    "%i lets through %j",
    ([verbosity, expected]) =>
      Effect.map(printed({ verbosity }, all), (lines) => assert.deepStrictEqual(levelsOf(lines), [...expected]))
  )

  it.effect("is another for services whose names match a pattern, the first that does", () =>
    Effect.gen(function*() {
      const modules = [
        { pattern: "Reflector", verbosity: 4 },
        { pattern: "Scrape*", verbosity: 1 },
        { pattern: "*", verbosity: 0 }
      ]
      const from = (service: string) =>
        Effect.map(
          printed({ verbosity: 2, modules }, Effect.annotateLogs(all, { service })),
          (lines) => levelsOf(lines).at(-1)
        )
      assert.strictEqual(yield* from("Reflector"), "trace")
      assert.strictEqual(yield* from("Scraper"), "debug")
      assert.strictEqual(yield* from("Kube"), "info")
    }))
})

it.effect("flags that do nothing are named in one warning", () =>
  Effect.map(printed({}, Effect.void, ["profiling", "audit-log-path"]), (lines) => {
    assert.lengthOf(lines, 1)
    assert.include(
      lines[0],
      "level=WARN message=\"flags that do nothing here were given: --profiling, --audit-log-path;"
    )
  }))
