/** What is counted of scrapes, under the original's names where it counts it too; the per-node series die with their node. */
import { Clock, Duration, Effect } from "effect"
import * as MetricFamily from "../MetricFamily.ts"
import { KubeletReason } from "./KubeletError.ts"
import type { Outcome, ScrapeStatus } from "./ScrapeStatus.ts"

const boundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

const requests = MetricFamily.counter<"success">(
  "metrics_server_kubelet_request_total",
  "Scrapes of kubelets, by success"
)

const failures = MetricFamily.counter<"reason">(
  "resource_metrics_scrape_failures_total",
  "Failed scrapes of kubelets, by reason"
)

const requestDuration = MetricFamily.histogram<"node">(
  "metrics_server_kubelet_request_duration_seconds",
  "Duration of the scrapes of a node",
  boundaries
)

const lastRequest = MetricFamily.gauge<"node">(
  "metrics_server_kubelet_last_request_time_seconds",
  "When the last scrape of a node ended, well or badly: seconds since the epoch"
)

const lastSuccess = MetricFamily.gauge<"node">(
  "resource_metrics_node_last_success_timestamp_seconds",
  "When the last good scrape of a node began: seconds since the epoch"
)

const sampleAge = MetricFamily.gauge<"node">(
  "resource_metrics_node_sample_age_seconds",
  "How old the last reading of a node is, by its kubelet's timestamp; NaN while there was none"
)

/** A tick is one node's turn; the buckets above 10 s follow the resolution, as the original's do. */
const tickDuration = (resolution: Duration.Duration) => {
  const seconds = Duration.toSeconds(resolution)
  const above = seconds > 10 ? [(10 + seconds) / 2, seconds, 1.5 * seconds, 2 * seconds] : []
  return MetricFamily.histogram(
    "metrics_server_manager_tick_duration_seconds",
    "Duration of one node's turn, from the start of its scrape to the commit of its sample",
    [...boundaries, ...above]
  )
}

interface NodeSeries {
  readonly duration: MetricFamily.Series
  readonly lastRequest: MetricFamily.Series
  /** What can be told from the first good scrape on. */
  readonly ofSuccess: Array<Pick<MetricFamily.Series, "remove">>
}

export const make = Effect.fnUntraced(function*(resolution: Duration.Duration, status: ScrapeStatus["Service"]) {
  const clock = yield* Clock.Clock
  const families = yield* Effect.all({ requests, failures, requestDuration, lastRequest, lastSuccess, sampleAge })
  const tick = (yield* tickDuration(resolution)).series({})
  const succeeded = families.requests.series({ success: "true" })
  const failed = families.requests.series({ success: "false" })
  const byReason = new Map(KubeletReason.literals.map((reason) => [reason, families.failures.series({ reason })]))
  const nodes = new Map<string, NodeSeries>()

  const seriesOf = (node: string) => {
    const found = nodes.get(node)
    if (found !== undefined) return found
    const made: NodeSeries = {
      duration: families.requestDuration.series({ node }),
      lastRequest: families.lastRequest.series({ node }),
      ofSuccess: []
    }
    nodes.set(node, made)
    return made
  }

  const ofSuccess = (node: string) => [
    families.lastSuccess.read({ node }, () => (status.get(node)?.lastSuccess ?? 0) / 1000),
    families.sampleAge.read(
      { node },
      () => (clock.currentTimeMillisUnsafe() - (status.get(node)?.sampledAt ?? Number.NaN)) / 1000
    )
  ]

  return {
    /** One turn of one node is over. */
    record: ({ duration, error, node, startedAt }: Outcome) => {
      const seconds = duration / 1000
      const series = seriesOf(node)
      tick.update(seconds)
      series.duration.update(seconds)
      series.lastRequest.update(startedAt / 1000 + seconds)
      if (error === undefined) {
        succeeded.update(1)
        if (series.ofSuccess.length === 0) series.ofSuccess.push(...ofSuccess(node))
      } else {
        failed.update(1)
        byReason.get(error.reason)?.update(1)
      }
    },
    forget: (node: string) => {
      const series = nodes.get(node)
      nodes.delete(node)
      if (series === undefined) return
      for (const { remove } of [series.duration, series.lastRequest, ...series.ofSuccess]) remove()
    }
  }
})
