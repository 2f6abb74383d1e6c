/** Everything that was recorded, in Prometheus' text format, made in pieces so that other work goes on meanwhile. */
import { Context, Effect, Metric } from "effect"
import { PrometheusMetrics } from "effect/observability"

export const contentType = "text/plain; version=0.0.4; charset=utf-8"

/** A histogram of a node has fourteen lines; so many take a few milliseconds. */
const piece = 200

/** Families by name, as the original's client library has them. */
export const format = Effect.gen(function*() {
  const context = yield* Effect.context<never>()
  const families = Map.groupBy(Context.get(context, Metric.MetricRegistry), ([, { id }]) => id)
  const pieces: Array<string> = []
  for (const [, series] of Array.from(families).toSorted(([a], [b]) => a < b ? -1 : 1)) {
    for (let at = 0; at < series.length; at += piece) {
      const some = Context.add(context, Metric.MetricRegistry, new Map(series.slice(at, at + piece)))
      const text = PrometheusMetrics.formatUnsafe(some)
      pieces.push(asGo(at === 0 ? text : text.replace(/^#.*\n/gm, "")))
      if (at + piece < series.length) yield* Effect.yieldNow
    }
  }
  return pieces.join("")
})

/** Bounds from a million on, which Go writes with an exponent: queries for a bucket take them letter by letter. */
const asGo = (text: string) =>
  text.replace(/(?<=[{,])le="(\d)(\d*?)(0*)"/g, (bound, first: string, more: string, zeros: string) => {
    const exponent = more.length + zeros.length
    return exponent < 6 ? bound : `le="${first}${more === "" ? "" : `.${more}`}e+${String(exponent).padStart(2, "0")}"`
  })
