/** `/debug/scrapes`: how the scraping of every node goes, as a table for people or as JSON. */
import { Clock, Effect, Schema } from "effect"
import { Nodes } from "../discover/Nodes.ts"
import { formatGoDuration } from "../Quantity.ts"
import * as FailureSummary from "../scrape/FailureSummary.ts"
import { ScrapeStatus } from "../scrape/ScrapeStatus.ts"
import * as Answer from "../serve/Answer.ts"
import { BadRequest, MethodNotAllowed } from "../serve/ApiError.ts"
import type { Request, Route } from "../serve/Route.ts"
import * as ScrapeReport from "./ScrapeReport.ts"

/** Who may get it may also read the reasons of a failing probe. */
export const path = "/debug/scrapes"

export const routes = Effect.gen(function*() {
  const nodes = yield* Nodes
  const status = yield* ScrapeStatus
  const report = Effect.map(Clock.currentTimeMillis, (now) => ScrapeReport.make(nodes.list(), status.get, now))
  const respond = Effect.fnUntraced(function*(request: Request) {
    if (request.method !== "GET") return yield* new MethodNotAllowed()
    const format = formatOf(request)
    if (format === undefined) return yield* new BadRequest({ problem: "format: expected json or text" })
    return format === "json" ? Answer.indented(encode(yield* report), 200) : Answer.text(text(yield* report), 200)
  })
  return [{ path, respond }] satisfies ReadonlyArray<Route>
})

const encode = Schema.encodeSync(ScrapeReport.ScrapeReport)

/** The query counts more than the header, because browsers and kubectl have headers of their own. */
const formatOf = ({ preferences, query }: Request) => {
  const asked = query.get("format")
  if (asked === null) return preferences.accept.includes("application/json") ? "json" : "text"
  return asked === "json" || asked === "text" ? asked : undefined
}

export const text = (report: ScrapeReport.ScrapeReport) => {
  const { causes, failing, nodes, scraped, time, total, waiting } = report
  return [
    `${total} nodes at ${time}: ${scraped} scraped, ${failing} failing, ${waiting} not scraped yet`,
    "",
    ...causes.map((cause) => `${cause.nodes} of ${total} nodes: ${FailureSummary.describe(cause)}`),
    ...causes.length > 0 ? [""] : [],
    ...table([
      ["NODE", "ADDRESS", "ATTEMPT", "SUCCESS", "DURATION", "SAMPLES", "AGE", "REASON", "ADVICE"],
      ...nodes.map((node) => cells(node, Date.parse(time)))
    ]),
    ""
  ].join("\n")
}

const cells = (node: ScrapeReport.ScrapedNode, now: number) => [
  node.node,
  node.address ?? "-",
  since(node.lastAttempt, now),
  since(node.lastSuccess, now),
  node.durationSeconds === undefined ? "-" : formatGoDuration(Math.ceil(node.durationSeconds * 1000)),
  String(node.samples),
  node.ageSeconds === undefined ? "-" : span(node.ageSeconds),
  node.reason ?? "-",
  node.reason === undefined ? "-" : `${node.detail}; ${node.advice}`
]

const since = (time: string | undefined, now: number) =>
  time === undefined ? "never" : `${span((now - Date.parse(time)) / 1000)} ago`

const span = (seconds: number) => formatGoDuration(Math.round(seconds) * 1000)

/** As wide as the widest cell of each column. */
const table = (rows: ReadonlyArray<ReadonlyArray<string>>) => {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("   ").trimEnd())
}
