/** What the scrape loops count, under the original's names; the per-node series die with their node. */
import { Clock, Duration, Effect, Metric } from "effect"
import type { KubeletError } from "./KubeletError.ts"

const boundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

const requests = Metric.counter("metrics_server_kubelet_request_total", {
  description: "Scrapes of kubelets, by success",
  incremental: true
})

const failures = Metric.counter("metrics_server_kubelet_request_failures_total", {
  description: "Failed scrapes of kubelets, by reason",
  incremental: true
})

const requestDuration = Metric.histogram("metrics_server_kubelet_request_duration_seconds", {
  description: "Duration of the scrapes of a node",
  boundaries
})

const lastRequest = Metric.gauge("metrics_server_kubelet_last_request_time_seconds", {
  description: "When the last scrape of a node ended, well or badly: seconds since the epoch"
})

/** A tick is one node's turn; the buckets above 10 s follow the resolution, as the original's do. */
const tickDuration = (resolution: Duration.Duration) => {
  const seconds = Duration.toSeconds(resolution)
  const above = seconds > 10 ? [(10 + seconds) / 2, seconds, 1.5 * seconds, 2 * seconds] : []
  return Metric.histogram("metrics_server_manager_tick_duration_seconds", {
    description: "Duration of one node's turn, from the start of its scrape to the commit of its sample",
    boundaries: [...boundaries, ...above]
  })
}

export const make = (resolution: Duration.Duration) => {
  const tick = tickDuration(resolution)
  return {
    /** One turn of one node is over. */
    record: Effect.fnUntraced(function*(node: string, duration: Duration.Duration, error: KubeletError | undefined) {
      const seconds = Duration.toSeconds(duration)
      yield* Metric.update(Metric.withAttributes(requests, { success: String(error === undefined) }), 1)
      yield* Metric.update(Metric.withAttributes(requestDuration, { node }), seconds)
      yield* Metric.update(
        Metric.withAttributes(lastRequest, { node }),
        (yield* Clock.currentTimeMillis) / 1000
      )
      yield* Metric.update(tick, seconds)
      if (error !== undefined) yield* Metric.update(Metric.withAttributes(failures, { reason: error.reason }), 1)
    }),
    forget: (node: string) =>
      Effect.andThen(
        Metric.remove(Metric.withAttributes(requestDuration, { node })),
        Metric.remove(Metric.withAttributes(lastRequest, { node }))
      )
  }
}
