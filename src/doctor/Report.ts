/** What the doctor says in the end: every finding, worst first, as text for people or as JSON for programs. */
import { Schema } from "effect"
import * as Finding from "./Finding.ts"

export const Report = Schema.Struct({
  /** RFC 3339, in UTC. */
  time: Schema.String,
  summary: Schema.Record(Schema.Literals(Finding.severities), Schema.Int),
  findings: Schema.Array(Finding.Finding)
})
export type Report = typeof Report.Type

export const make = (findings: ReadonlyArray<Finding.Finding>, now: number): Report => {
  const count = (wanted: Finding.Finding["severity"]) => findings.filter(({ severity }) => severity === wanted).length
  return {
    time: new Date(now).toISOString(),
    summary: { broken: count("broken"), warning: count("warning"), unknown: count("unknown"), ok: count("ok") },
    findings: Finding.sort(findings)
  }
}

const encode = Schema.encodeSync(Report)

export const json = (report: Report) => JSON.stringify(encode(report), undefined, 2)

const titles: Readonly<Record<Finding.Finding["severity"], string>> = {
  broken: "BROKEN",
  warning: "WARNING",
  unknown: "UNKNOWN",
  ok: "OK"
}

const width = Math.max(...Object.values(titles).map((title) => title.length)) + 2

const indent = " ".repeat(width)

/** What is well takes a line; what is not, one for each part. */
const lines = ({ check, remedy, seen, severity, subject }: Finding.Finding) => {
  const title = `${titles[severity].padEnd(width)}${check}: ${subject}`
  return remedy === undefined
    ? [`${title}: ${seen}`]
    : [title, `${indent}seen:   ${seen}`, `${indent}remedy: ${remedy}`]
}

export const text = ({ findings, summary: { broken, ok, unknown, warning }, time }: Report) =>
  [
    ...findings.flatMap(lines),
    "",
    `${time}: ${broken} broken, ${warning} ${warning === 1 ? "warning" : "warnings"}, ${unknown} unknown, ${ok} ok`
  ].join("\n")
