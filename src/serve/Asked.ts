/** What the first line of a request asks for. Clients repeat themselves, so what was read lately is kept. */
import { Result } from "effect"
import * as Recent from "../Recent.ts"
import { BadRequest, RequestTooLarge } from "./ApiError.ts"
import * as Deadline from "./Deadline.ts"
import * as RequestInfo from "./RequestInfo.ts"
import type { Route } from "./Route.ts"

export interface Asked {
  readonly info: RequestInfo.RequestInfo
  readonly query: URLSearchParams
  /** Who answers, if anybody does. */
  readonly route: Route | undefined
  /** Why it cannot be answered, whoever asks. */
  readonly problem: BadRequest | RequestTooLarge | undefined
}

/** Reads method and URL. */
export const reader = (find: (path: string) => Route | undefined) => {
  const read = Recent.of((line: string) => {
    const space = line.indexOf(" ")
    return parse(line.slice(0, space), line.slice(space + 1), find)
  })
  return (method: string, url: string): Asked => read(`${method} ${url}`)
}

/** Names and selectors fit many times; what they cost is looked at for each object. */
const longestUrl = 16 * 1024

const parse = (method: string, url: string, find: (path: string) => Route | undefined): Asked => {
  const start = url.indexOf("?")
  const query = new URLSearchParams(start < 0 ? "" : url.slice(start))
  return Result.match(decodePath(url, start), {
    onSuccess: (path) => {
      const info = RequestInfo.parse(method, path, query)
      const problem = Result.match(Deadline.check(info, query), { onSuccess: () => undefined, onFailure: (it) => it })
      return { info, query, route: find(path), problem }
    },
    onFailure: (problem) => ({ info: nothing, query, route: undefined, problem })
  })
}

/** Of what cannot be read. */
const nothing = RequestInfo.parse("", "", new URLSearchParams())

const decodePath = (url: string, end: number): Result.Result<string, BadRequest | RequestTooLarge> =>
  url.length > longestUrl
    ? Result.fail(new RequestTooLarge({ part: "URL" }))
    : Result.try({
      try: () => decodeURIComponent(end < 0 ? url : url.slice(0, end)),
      catch: () => new BadRequest({ problem: "invalid escape in the path of the request" })
    })
