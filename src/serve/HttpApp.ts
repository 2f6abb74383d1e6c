/** The server's side of HTTP as one effect: a request is read, its route found, and the answer or the failure written. */
import { Effect, Result, Schema } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import * as Answer from "./Answer.ts"
import { BadRequest, InternalError, PathNotFound, RequestTooLarge } from "./ApiError.ts"
import type { Access } from "./auth/Access.ts"
import * as Connection from "./Connection.ts"
import * as Deadline from "./Deadline.ts"
import * as EveryAnswer from "./EveryAnswer.ts"
import type { Limits } from "./Limits.ts"
import type * as Negotiation from "./Negotiation.ts"
import * as Pace from "./Pace.ts"
import * as RequestInfo from "./RequestInfo.ts"
import * as RequestMetrics from "./RequestMetrics.ts"
import * as Route from "./Route.ts"
import { RootPaths } from "./schema/Meta.ts"
import { group } from "./schema/Metrics.ts"

export type HttpApp = Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  never,
  HttpServerRequest.HttpServerRequest
>

export const make = Effect.fnUntraced(function*(
  routes: ReadonlyArray<Route.Route>,
  access: Access["Service"],
  limits: Limits,
  options: EveryAnswer.Options
) {
  const find = Route.finder(routes)
  const directory = encodeRootPaths({ paths: routes.map((route) => route.path).filter(isListed).sort() })
  const metrics = yield* RequestMetrics.make(routes, limits.inflight)
  const finish = yield* EveryAnswer.make(options)

  const respond = Effect.fnUntraced(function*(
    request: HttpServerRequest.HttpServerRequest,
    preferences: Negotiation.Preferences,
    asked: Asked
  ) {
    const { headers, method } = request
    const { query } = preferences
    const { info, route } = yield* Effect.fromResult(asked)
    const { path } = info
    yield* Effect.fromResult(Deadline.check(info, query))
    const sender = yield* access.authenticate(request)
    yield* limits.check(sender, path)
    const user = yield* access.authorize(request, sender, info)
    if (route !== undefined) return yield* route.respond({ method, info, user, query, preferences, headers })
    // Elsewhere than under the API's own paths, those who are lost are told what there is.
    if (!isOwn(path)) return Answer.indented(directory, path === "/" || path === "/index.html" ? 200 : 404)
    return yield* new PathNotFound()
  })

  const answer = (request: HttpServerRequest.HttpServerRequest) => {
    const preferences = preferencesOf(request)
    const asked = Result.map(decodePath(request.url), (path) => ({
      info: RequestInfo.parse(request.method, path, preferences.query),
      route: find(path)
    }))
    const { info, route } = Result.getOrElse(asked, () => nothing)
    if (limits.isDraining(info.path)) return Connection.last(stopping, request)
    // Who leaves is not worked for any longer.
    return Effect.interruptible(limits.within(respond(request, preferences, asked))).pipe(
      Effect.catchDefect((defect) =>
        Effect.logError("a request could not be answered", defect).pipe(Effect.andThen(new InternalError()))
      ),
      Effect.catch((error) => Effect.succeed(Answer.failure(error, preferences))),
      Effect.map(Pace.pace),
      (paced) => metrics.measure(paced, { route, verb: info.verb, method: request.method })
    )
  }

  return Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => finish(answer(request), request))
})

type Asked = Result.Result<
  { readonly info: RequestInfo.RequestInfo; readonly route: Route.Route | undefined },
  Unread
>

type Unread = BadRequest | RequestTooLarge

/** Of what cannot be read. */
const nothing = { info: RequestInfo.parse("", "", new URLSearchParams()), route: undefined }

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

const decodePath = (url: string): Result.Result<string, Unread> =>
  url.length > longestUrl
    ? Result.fail(new RequestTooLarge({ part: "URL" }))
    : Result.try({
      try: () => decodeURIComponent(url.split("?", 1).join()),
      catch: () => new BadRequest({ problem: "invalid escape in the path of the request" })
    })

/** Objects and collections are found by discovery; the directory lists what is not, and not what is for operators alone. */
const isListed = (path: string) =>
  !path.startsWith("/debug/") && !RequestInfo.parse("GET", path, new URLSearchParams()).isResource

const isOwn = (path: string) =>
  /^\/apis\/*$/.test(path) || [`/apis/${group}`, "/version"].some((own) => path === own || path.startsWith(`${own}/`))

/** In the kube-apiserver's words, with the time after which to try again. */
const stopping = HttpServerResponse.setHeader(
  Answer.text("The apiserver is shutting down, please try again later.\n", 429),
  "retry-after",
  "5"
)
