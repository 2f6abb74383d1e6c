/** Questions that the kube-apiserver answers for other servers: whose token is this, who may do what. */
import { Effect, Schedule, Schema } from "effect"
import { HttpBody, type HttpClientError, HttpClientResponse } from "effect/http"
import * as ClientMetrics from "../../kube/ClientMetrics.ts"
import { Kube } from "../../kube/Kube.ts"
import * as MetricFamily from "../../MetricFamily.ts"

/** The question has no answer, which is never a yes. */
export class ReviewError extends Schema.TaggedError<ReviewError>()("ReviewError", {
  kind: Schema.String,
  /** What happened, and what to do where that is known. */
  detail: Schema.String,
  /** Asked again in a moment, it may have one. */
  transient: Schema.Boolean
}) {
  override get message() {
    return `the kube-apiserver answered no ${this.kind}: ${this.detail}`
  }
}

export interface Kind<Status> {
  readonly kind: string
  /** What it is about, in the names of metrics. */
  readonly about: "authn" | "authz"
  readonly apiVersion: string
  readonly path: string
  /** As much of the answer as is read. */
  readonly status: Schema.Decoder<Status>
}

/** What a client waits for at most: other servers wait for ours in their turn. */
const timeout = "10 seconds"

/** The original's: five tries, and four pauses between them that grow from half a second. */
const backOff = Schedule.exponential("500 millis", 1.5).pipe(Schedule.jittered, Schedule.upTo({ times: 4 }))

/** Asks one kind of question, with what it needs to know. */
export const make = Effect.fnUntraced(function*<Status>({ about, apiVersion, kind, path, status }: Kind<Status>) {
  const http = (yield* measured(about))((yield* Kube).http)
  const decode = HttpClientResponse.schemaBodyJson(Schema.Struct({ status }))
  const fail = (detail: string, transient: boolean) => new ReviewError({ kind, detail, transient })

  let complaint = ""
  const failed = (error: ReviewError) =>
    Effect.suspend(() => {
      const known = complaint === error.message
      complaint = error.message
      return known ? Effect.void : Effect.logWarning(error.message)
    })
  const succeeded = Effect.suspend(() => {
    if (complaint === "") return Effect.void
    complaint = ""
    return Effect.logInfo(`the kube-apiserver answers ${kind}s again`)
  })

  return (spec: object): Effect.Effect<Status, ReviewError> =>
    http.post(path, { body: HttpBody.jsonUnsafe({ kind, apiVersion, spec }), acceptJson: true }).pipe(
      Effect.mapError((error) => fail(describe(error), error.reason._tag === "TransportError")),
      Effect.filterOrElse(
        (response) => response.status === 201 || response.status === 200,
        (response) =>
          Effect.fail(fail(`HTTP status ${response.status}${advice[response.status] ?? ""}`, isTransient(response)))
      ),
      Effect.flatMap((response) =>
        Effect.mapError(decode(response), () => fail("what came back is none; check what answers in its place", false))
      ),
      Effect.map((answer) => answer.status),
      Effect.retry({ schedule: backOff, while: ({ transient }) => transient }),
      Effect.timeoutOrElse({ duration: timeout, orElse: () => Effect.fail(fail(`nothing within ${timeout}`, true)) }),
      Effect.tapError(failed),
      Effect.tap(succeeded),
      Effect.annotateLogs({ service: "Review" })
    )
})

/** Counted under the names of those who delegate such questions, the kube-apiserver's framework. */
const measured = (about: "authn" | "authz") =>
  ClientMetrics.measure({
    total: MetricFamily.counter(`apiserver_delegated_${about}_request_total`, "Reviews, by what was answered to them"),
    duration: MetricFamily.histogram(
      `apiserver_delegated_${about}_request_duration_seconds`,
      "How long it took until the head of the answer to a review",
      [0.25, 0.5, 0.7, 1, 1.5, 3, 5, 10]
    ),
    labels: (_, code) => ({ total: { code }, duration: { code } })
  })

/** A refusal of our own credentials too: they are read again after it. */
const isTransient = ({ status }: HttpClientResponse.HttpClientResponse) =>
  status === 401 || status === 408 || status === 429 || status >= 500

const advice: Readonly<Record<number, string>> = {
  401: "; check the token or the client certificate of this server",
  403: "; bind the ClusterRole system:auth-delegator to the service account of this server"
}

const describe = ({ message, reason }: HttpClientError.HttpClientError) =>
  reason._tag === "TransportError" ? reason.description ?? message : message
