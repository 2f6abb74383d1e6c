/** The server's side of HTTP as one effect: a request is read, its route found, and the answer or the failure written. */
import { Effect, Result, Schema } from "effect"
import { HttpServerRequest, type HttpServerResponse } from "effect/http"
import * as Answer from "./Answer.ts"
import { BadRequest, InternalError, PathNotFound, RequestTooLarge } from "./ApiError.ts"
import type { Access } from "./auth/Access.ts"
import * as Deadline from "./Deadline.ts"
import type { Limits } from "./Limits.ts"
import type * as Negotiation from "./Negotiation.ts"
import * as Pace from "./Pace.ts"
import * as RequestInfo from "./RequestInfo.ts"
import * as Route from "./Route.ts"
import { RootPaths } from "./schema/Meta.ts"
import { group } from "./schema/Metrics.ts"

export type HttpApp = Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  never,
  HttpServerRequest.HttpServerRequest
>

export const make = (
  routes: ReadonlyArray<Route.Route>,
  access: Access["Service"],
  limits: Limits
): HttpApp => {
  const find = Route.finder(routes)
  const directory = encodeRootPaths({ paths: routes.map((route) => route.path).filter(isListed).sort() })

  const respond = Effect.fnUntraced(function*(
    request: HttpServerRequest.HttpServerRequest,
    preferences: Negotiation.Preferences
  ) {
    const { headers, method, url } = request
    if (url.length > longestUrl) return yield* new RequestTooLarge({ part: "URL" })
    const path = yield* Effect.fromResult(decodePath(url))
    const info = RequestInfo.parse(method, path, preferences.query)
    yield* Effect.fromResult(Deadline.check(info, preferences.query))
    const sender = yield* access.authenticate(request)
    yield* limits.check(sender, path)
    yield* access.authorize(request, sender, info)
    const route = find(path)
    if (route !== undefined) {
      return yield* route.respond({ method, info, query: preferences.query, preferences, headers })
    }
    // Elsewhere than under the API's own paths, those who are lost are told what there is.
    if (!isOwn(path)) return Answer.indented(directory, path === "/" || path === "/index.html" ? 200 : 404)
    return yield* new PathNotFound()
  })

  return Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
    const preferences = preferencesOf(request)
    // Who leaves is not worked for any longer.
    return Effect.interruptible(limits.within(respond(request, preferences))).pipe(
      Effect.catchDefect((defect) =>
        Effect.logError("a request could not be answered", defect).pipe(Effect.andThen(new InternalError()))
      ),
      Effect.catch((error) => Effect.succeed(Answer.failure(error, preferences))),
      Effect.map(Pace.pace)
    )
  })
}

/** Names and selectors fit many times; what they cost is looked at for each object. */
const longestUrl = 16 * 1024

const encodeRootPaths = Schema.encodeSync(RootPaths)

const preferencesOf = ({ headers, url }: HttpServerRequest.HttpServerRequest): Negotiation.Preferences => {
  const start = url.indexOf("?")
  return {
    accept: headers["accept"] ?? "",
    acceptEncoding: headers["accept-encoding"] ?? "",
    userAgent: headers["user-agent"] ?? "",
    query: new URLSearchParams(start < 0 ? "" : url.slice(start))
  }
}

const decodePath = (url: string) =>
  Result.try({
    try: () => decodeURIComponent(url.split("?", 1).join()),
    catch: () => new BadRequest({ problem: "invalid escape in the path of the request" })
  })

/** Objects and collections are found by discovery; the directory lists what is not. */
const isListed = (path: string) => !RequestInfo.parse("GET", path, new URLSearchParams()).isResource

const isOwn = (path: string) =>
  /^\/apis\/*$/.test(path) || [`/apis/${group}`, "/version"].some((own) => path === own || path.startsWith(`${own}/`))
