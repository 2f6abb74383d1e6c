/** The server's side of HTTP as one effect: a request is read, its route found, and the answer or the failure written. */
import { Cause, Effect, Schema } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import * as Answer from "./Answer.ts"
import { type ApiError, InternalError, PathNotFound } from "./ApiError.ts"
import * as Asked from "./Asked.ts"
import * as AtOnce from "./AtOnce.ts"
import type { Access } from "./auth/Access.ts"
import * as Body from "./Body.ts"
import * as Connection from "./Connection.ts"
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
  const read = Asked.reader(Route.finder(routes))
  const directory = encodeRootPaths({ paths: routes.map((route) => route.path).filter(isListed).sort() })
  const metrics = yield* RequestMetrics.make(routes, limits.inflight)
  const finish = yield* EveryAnswer.make(options)

  /** What is thrown on the way is a defect of this effect, and nobody else's. */
  const respond = Effect.fnUntracedEager(function*(
    request: HttpServerRequest.HttpServerRequest,
    preferences: Negotiation.Preferences,
    { info, problem, query, route }: Asked.Asked
  ) {
    const { headers, method } = request
    const { path } = info
    if (problem !== undefined) return yield* problem
    const sender = yield* access.authenticate(request)
    yield* limits.check(sender, path)
    const user = yield* access.authorize(request, sender, info)
    if (route !== undefined) return yield* route.respond({ method, info, user, query, preferences, headers })
    // Elsewhere than under the API's own paths, those who are lost are told what there is.
    if (!isOwn(path)) return Answer.indented(directory, path === "/" || path === "/index.html" ? 200 : 404)
    return yield* new PathNotFound()
  })

  const answer = (request: HttpServerRequest.HttpServerRequest) => {
    const asked = read(request.method, request.url)
    const preferences = preferencesOf(request, asked.query)
    const { info, route } = asked
    if (limits.isDraining(info.path)) return Connection.last(stopping, request)
    return metrics.measure({ route, verb: info.verb, method: request.method }, () =>
      Effect.mapEager(
        always(limits.within(() => respond(request, preferences, asked)), preferences),
        (response) => Body.giveBack(Pace.pace(response), request)
      ))
  }

  return Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => finish(answer(request), request))
})

/** An answer in any case; what is one already is left as it is. */
const always = (
  attempt: Effect.Effect<HttpServerResponse.HttpServerResponse, ApiError>,
  preferences: Negotiation.Preferences
) =>
  AtOnce.isDone(attempt) ? attempt : attempt.pipe(
    // Who leaves is not worked for any longer.
    Effect.interruptible,
    Effect.catchDefect((defect) =>
      Effect.logError("a request could not be answered", Cause.die(defect)).pipe(
        Effect.annotateLogs({ service: "HttpApp" }),
        Effect.andThen(new InternalError())
      )
    ),
    Effect.catch((error) => Effect.succeed(Answer.failure(error, preferences)))
  )

const encodeRootPaths = Schema.encodeSync(RootPaths)

const preferencesOf = (
  { headers }: HttpServerRequest.HttpServerRequest,
  query: URLSearchParams
): Negotiation.Preferences => ({
  accept: headers["accept"] ?? "",
  acceptEncoding: headers["accept-encoding"] ?? "",
  userAgent: headers["user-agent"] ?? "",
  query
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
