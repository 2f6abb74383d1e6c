/** Log lines on standard error: one line an event, as logfmt or as JSON, and as many of them as was asked for. */
import { Effect, Formatter, Layer, Logger, LogLevel, Predicate, References } from "effect"
import { matchesGlob } from "node:path"
import type { Values } from "../Setting.ts"
import type { settings } from "./LoggingSettings.ts"

export type Options = Values<typeof settings>

/** Loggers and the lowest level for everything that is launched in it; says which flags do nothing, in one line. */
export const layer = (options: Options, inert: ReadonlyArray<string>) =>
  Layer.effectDiscard(
    inert.length === 0
      ? Effect.void
      : Effect.logWarning(`flags that do nothing here were given: --${inert.join(", --")}; docs/flags.md says why`)
  ).pipe(
    Layer.provideMerge(Logger.layer([to(options.format, levels(options))])),
    Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, lowest(options)))
  )

/** Level 0 of klog is what operators should know. Debug is about changes, trace about every scrape and request. */
export const levelOf = (verbosity: number): LogLevel.LogLevel =>
  verbosity === 0 ? "Info" : verbosity < 4 ? "Debug" : "Trace"

const lowest = ({ modules, verbosity }: Options) =>
  levelOf(Math.max(verbosity, ...modules.map((module) => module.verbosity)))

/** The lowest level for a service: the first pattern that matches its name counts, else the verbosity of all. */
export const levels = ({ modules, verbosity }: Pick<Options, "modules" | "verbosity">) => {
  const otherwise = levelOf(verbosity)
  return (service: string) => {
    const module = modules.find(({ pattern }) => matchesGlob(service, pattern))
    return module === undefined ? otherwise : levelOf(module.verbosity)
  }
}

type Structured = typeof Logger.formatStructured extends Logger.Logger<unknown, infer Output> ? Output : never

const to = (format: Options["format"], levelOf: (service: string) => LogLevel.LogLevel) => {
  const write = format === "json" ? json : logfmt
  const print = Logger.withConsoleError(Logger.map(Logger.formatStructured, write))
  return Logger.make<unknown, void>((line) => {
    const service = String(line.fiber.getRef(References.CurrentLogAnnotations)["service"] ?? "")
    if (LogLevel.isGreaterThanOrEqualTo(line.logLevel, levelOf(service))) print.log(line)
  })
}

/** Flat, so that both forms have the same fields under the same names. */
const fields = ({ annotations, cause, level, message, timestamp }: Structured) => {
  const { service, ...more } = annotations
  const parts = Array.isArray(message) ? message : [message]
  return Object.entries({
    timestamp,
    level,
    service,
    message: parts.map((part) => Predicate.isString(part) ? part : Formatter.formatJson(part)).join(": "),
    ...more,
    cause
  }).filter(([, value]) => value !== undefined)
}

export const json = (line: Structured) => Formatter.formatJson(Object.fromEntries(fields(line)))

/** Whatever a value holds, it stays on the line and in its quotes. */
export const logfmt = (line: Structured) => fields(line).map(([key, value]) => `${key}=${quoted(value)}`).join(" ")

const quoted = (value: unknown) => {
  const text = Predicate.isString(value) ? value : Formatter.formatJson(value)
  return /^[\w.:/@+-]+$/.test(text) ? text : JSON.stringify(text)
}
