/** How long a client would wait: `?timeout=30s` of any request but a watch. Answers come at once, so it is only read. */
import { Option, Result } from "effect"
import { parseGoDuration } from "../Quantity.ts"
import { BadRequest } from "./ApiError.ts"
import type { RequestInfo } from "./RequestInfo.ts"

export const check = (info: RequestInfo, query: URLSearchParams): Result.Result<void, BadRequest> => {
  const timeout = query.get("timeout") ?? ""
  if (timeout === "" || info.verb === "watch" || Option.isSome(parseGoDuration(timeout))) return Result.void
  return Result.fail(
    new BadRequest({ problem: `invalid timeout specified in the request URL - time: ${explain(timeout)}` })
  )
}

/** In the words of Go's time.ParseDuration, which reads number by number and stops at the first without a known unit. */
const explain = (text: string) => {
  const quoted = JSON.stringify(text)
  const next = /(?:\d+\.?\d*|\.\d+)([^\d.]*)/y
  next.lastIndex = /^[+-]/.test(text) ? 1 : 0
  for (let found = next.exec(text); found !== null; found = next.exec(text)) {
    const unit = found[1] ?? ""
    if (unit === "") return `missing unit in duration ${quoted}`
    if (!/^(ns|[uµμm]s|[smh])$/.test(unit)) return `unknown unit ${JSON.stringify(unit)} in duration ${quoted}`
  }
  return `invalid duration ${quoted}`
}
