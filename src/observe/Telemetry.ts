/** Our own metrics in Prometheus text: what was recorded, and what is only known when it is asked for. */
import { Context, Effect, Layer, Metric } from "effect"
import { PrometheusMetrics } from "effect/observability"
import * as Answer from "../serve/Answer.ts"
import type { Route } from "../serve/Route.ts"
import { MetricsStore } from "../store/MetricsStore.ts"

const storagePoints = Metric.gauge("metrics_server_storage_points", {
  description: "Nodes and containers whose usage can be served"
})

export class Telemetry extends Context.Service<Telemetry, {
  /** The Prometheus text exposition format, version 0.0.4. */
  readonly exposition: Effect.Effect<string>
}>()("metrics-server/observe/Telemetry") {
  static readonly layer = Layer.effect(
    Telemetry,
    Effect.gen(function*() {
      const store = yield* MetricsStore
      const exposition = Effect.gen(function*() {
        const { containers, nodes } = yield* store.counts
        yield* Metric.update(Metric.withAttributes(storagePoints, { type: "node" }), nodes)
        yield* Metric.update(Metric.withAttributes(storagePoints, { type: "container" }), containers)
        return yield* PrometheusMetrics.format()
      })
      return Telemetry.of({ exposition })
    })
  )
}

/** `/metrics` */
export const routes = Effect.map(Telemetry, ({ exposition }): ReadonlyArray<Route> => [{
  path: "/metrics",
  respond: () => Effect.map(exposition, (text) => Answer.text(text, 200))
}])
