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
  const unit = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|[uµμm]s|[smh](?![^\d.])))*(?:\d+\.?\d*|\.\d+)([^\d.]*)/.exec(text)
    ?.[1]
  switch (unit) {
    case undefined:
      return `invalid duration ${quoted}`
    case "":
      return `missing unit in duration ${quoted}`
    default:
      return `unknown unit ${JSON.stringify(unit)} in duration ${quoted}`
  }
}
