/** What is counted of requests, under the kube-apiserver's names and labels, so that its dashboards work. */
import { Clock, Effect, Stream } from "effect"
import { HttpBody, HttpServerResponse } from "effect/http"
import * as MetricFamily from "../MetricFamily.ts"
import * as RequestInfo from "./RequestInfo.ts"
import type { Route } from "./Route.ts"

const total = MetricFamily.counter<Label | "dry_run" | "code">(
  "apiserver_request_total",
  "Requests, by what they asked for and the code of the answer"
)

const duration = MetricFamily.histogram<Label | "dry_run">(
  "apiserver_request_duration_seconds",
  "How long it took until the answer to a request was there to be sent, or a long one was taken",
  [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60]
)

const sizes = MetricFamily.histogram<Label>(
  "apiserver_response_sizes",
  "Bytes of the answers to requests that read, as they are sent",
  [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]
)

const inflight = MetricFamily.gauge<"request_kind">(
  "apiserver_current_inflight_requests",
  "Requests under way; there are none here that mutate"
)

type Label = "verb" | "group" | "version" | "resource" | "subresource" | "scope" | "component"

export interface Asked {
  readonly route: Route | undefined
  readonly verb: string
  readonly method: string
}

export interface RequestMetrics {
  /** Measures a request, from now to its answer. Nothing that clients may choose freely becomes a label. */
  measure<E, R>(
    asked: Asked,
    begin: () => Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
  ): Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
}

export const make = Effect.fnUntraced(function*(routes: ReadonlyArray<Route>, underWay: () => number) {
  const families = yield* Effect.all({ total, duration, sizes, inflight })
  const clock = yield* Clock.Clock
  families.inflight.read({ request_kind: "readOnly" }, underWay)
  families.inflight.series({ request_kind: "mutating" })
  /** By route, then by verb and code. */
  const known = new Map<Route | undefined, Map<string, Recorded>>()

  const recorded = (route: Route | undefined, verb: string, code: number): Recorded => {
    const labels = labelsOf(route, verb)
    return {
      total: families.total.series({ ...labels, dry_run: "", code: String(code) }),
      duration: families.duration.series({ ...labels, dry_run: "" }),
      ...(verb === "GET" || verb === "LIST") && { sizes: families.sizes.series(labels) }
    }
  }
  const seriesOf = (route: Route | undefined, verb: string, code: number) => {
    const ofRoute = known.get(route) ?? new Map<string, Recorded>()
    known.set(route, ofRoute)
    const key = `${verb} ${code}`
    const series = ofRoute.get(key) ?? recorded(route, verb, code)
    ofRoute.set(key, series)
    return series
  }
  for (const route of routes.filter(isOfResource)) seriesOf(route, defaultVerb(route), 200)

  const measure: RequestMetrics["measure"] = ({ method, route, verb }, begin) => {
    const start = clock.monotonicTimeNanosUnsafe()
    return Effect.mapEager(begin(), (response) => {
      const series = seriesOf(route, verbs.get(verb) ?? "OTHER", response.status)
      return told(response, method, (bytes) => {
        series.total.update(1)
        series.duration.update(Number(clock.monotonicTimeNanosUnsafe() - start) / 1e9)
        series.sizes?.update(bytes)
      })
    })
  }
  return { measure }
})

/** The same answer; when it is complete, or its client is gone, it is told how many bytes it had. */
const told = (response: HttpServerResponse.HttpServerResponse, method: string, tell: (bytes: number) => void) => {
  const { body } = response
  // Of an answer to HEAD nobody takes the body.
  if (body._tag !== "Stream" || method === "HEAD") {
    tell(body._tag === "Uint8Array" && method !== "HEAD" ? body.contentLength : 0)
    return response
  }
  let bytes = 0
  const counted = body.stream.pipe(
    Stream.map((piece) => {
      bytes += piece.length
      return piece
    }),
    Stream.ensuring(Effect.sync(() => tell(bytes)))
  )
  return HttpServerResponse.setBody(response, HttpBody.stream(counted, body.contentType, body.contentLength))
}

interface Recorded {
  readonly total: MetricFamily.Series
  readonly duration: MetricFamily.Series
  readonly sizes?: MetricFamily.Series
}

/** What the kube-apiserver calls the verbs of RequestInfo: no object, since clients may choose a method such as `constructor`. */
const verbs: ReadonlyMap<string, string> = new Map([
  ["get", "GET"],
  ["list", "LIST"],
  ["watch", "WATCH"],
  ["create", "POST"],
  ["post", "POST"],
  ["update", "PUT"],
  ["put", "PUT"],
  ["patch", "PATCH"],
  ["delete", "DELETE"],
  ["deletecollection", "DELETECOLLECTION"],
  ["head", "HEAD"],
  ["options", "OPTIONS"]
])

const infoOf = (route: Route) => RequestInfo.parse("GET", route.path, new URLSearchParams())

const isOfResource = (route: Route) => infoOf(route).isResource

const defaultVerb = (route: Route) => infoOf(route).verb === "list" ? "LIST" : "GET"

const labelsOf = (route: Route | undefined, verb: string): Readonly<Record<Label, string>> => {
  const { group, isResource, name, namespace, path, resource, version } = route === undefined
    ? RequestInfo.parse("GET", "", new URLSearchParams())
    : infoOf(route)
  const scope = name !== "" ? "resource" : namespace !== "" ? "namespace" : isResource ? "cluster" : ""
  return { verb, group, version, resource, subresource: isResource ? "" : path, scope, component: "apiserver" }
}
