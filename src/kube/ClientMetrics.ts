/** What is counted of our requests to the kube-apiserver: how many there were, how they ended, and how long they took. */
import { Effect } from "effect"
import { HttpClient, type HttpClientRequest } from "effect/http"
import * as MetricFamily from "../MetricFamily.ts"
import * as Monotonic from "../Monotonic.ts"

export interface Families<Total extends string, Duration extends string> {
  readonly total: Effect.Effect<MetricFamily.Family<Total>>
  readonly duration: Effect.Effect<MetricFamily.Family<Duration>>
  /** Code is the status of the answer, or "<error>" where there was none. */
  labels(request: HttpClientRequest.HttpClientRequest, code: string): {
    readonly total: Readonly<Record<Total, string>>
    readonly duration: Readonly<Record<Duration, string>>
  }
}

/** Makes of a client the same client, measured until the head of each answer. */
export const measure = <Total extends string, Duration extends string>(families: Families<Total, Duration>) =>
  Effect.map(Effect.all({ total: families.total, duration: families.duration, now: Monotonic.reader }), (bound) => {
    const { duration, now, total } = bound
    const record = (request: HttpClientRequest.HttpClientRequest, startedAt: number, code: string) =>
      Effect.sync(() => {
        const labels = families.labels(request, code)
        total.series(labels.total).update(1)
        duration.series(labels.duration).update((now() - startedAt) / 1000)
      })
    return (client: HttpClient.HttpClient): HttpClient.HttpClient =>
      HttpClient.transform(client, (effect, request) =>
        Effect.suspend(() => {
          const startedAt = now()
          return effect.pipe(
            Effect.tap(({ status }) => record(request, startedAt, String(status))),
            Effect.tapError(() => record(request, startedAt, "<error>"))
          )
        }))
  })

/** Under client-go's names and labels. */
export const restClient = measure({
  total: MetricFamily.counter<"code" | "method" | "host">(
    "rest_client_requests_total",
    "Requests to the kube-apiserver, by what it answered"
  ),
  duration: MetricFamily.histogram<"verb" | "host">(
    "rest_client_request_duration_seconds",
    "How long the kube-apiserver took until the head of its answer",
    [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60]
  ),
  labels: ({ method, url }, code) => {
    const host = URL.canParse(url) ? new URL(url).host : ""
    return { total: { code, method, host }, duration: { verb: method, host } }
  }
})
