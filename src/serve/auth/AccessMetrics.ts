/** What is counted of who comes and who may, under the kube-apiserver's names and labels. */
import { Clock, Effect } from "effect"
import * as MetricFamily from "../../MetricFamily.ts"
import * as AtOnce from "../AtOnce.ts"

/** Seconds: a thousandth, doubled up to sixteen. */
const boundaries = Array.from({ length: 15 }, (_, i) => 2 ** i / 1000)

const authentication = {
  attempts: MetricFamily.counter<"result">("authentication_attempts", "Requests, by whether their sender is believed"),
  duration: MetricFamily.histogram<"result">(
    "authentication_duration_seconds",
    "How long it took to find out who sends a request",
    boundaries
  )
}

const authorization = {
  attempts: MetricFamily.counter<"result">(
    "authorization_attempts_total",
    "Requests, by whether their sender may do what they ask for"
  ),
  duration: MetricFamily.histogram<"result">(
    "authorization_duration_seconds",
    "How long it took to find out whether a sender may",
    boundaries
  )
}

type Families = typeof authentication

type Measure = <A, E extends { readonly _tag: string }, R>(
  begin: () => Effect.Effect<A, E, R>
) => Effect.Effect<A, E, R>

/** What is no expected outcome is an error; who left before there was one is not counted. */
const measured = (families: Families, results: Readonly<Record<string, string>>): Effect.Effect<Measure> =>
  Effect.map(Effect.all({ ...families, clock: Clock.Clock }), ({ attempts, clock, duration }) => {
    const series = (result: string) => ({ total: attempts.series({ result }), duration: duration.series({ result }) })
    const error = series("error")
    const known = new Map(Object.entries(results).map(([outcome, result]) => [outcome, series(result)]))
    const record = (outcome: string, start: bigint) => {
      const { duration, total } = known.get(outcome) ?? error
      total.update(1)
      duration.update(Number(clock.monotonicTimeNanosUnsafe() - start) / 1e9)
    }
    return (begin) => {
      const start = clock.monotonicTimeNanosUnsafe()
      const outcome = begin()
      if (AtOnce.isDone(outcome)) {
        record("success", start)
        return outcome
      }
      return outcome.pipe(
        Effect.tap(() => Effect.sync(() => record("success", start))),
        Effect.tapError(({ _tag }) => Effect.sync(() => record(_tag, start)))
      )
    }
  })

export const make = Effect.all({
  authentication: measured(authentication, { success: "success", Unauthorized: "failure" }),
  authorization: measured(authorization, { success: "allowed", Forbidden: "denied" })
})
