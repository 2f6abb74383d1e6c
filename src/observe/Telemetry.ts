/** Our own metrics: those that are known only when somebody asks, and the path at which Prometheus asks for all. */
import { Effect, Layer, type Option } from "effect"
import * as MetricFamily from "../MetricFamily.ts"
import * as Answer from "../serve/Answer.ts"
import * as Compression from "../serve/Compression.ts"
import type { Request, Route } from "../serve/Route.ts"
import { MetricsStore } from "../store/MetricsStore.ts"
import * as CertificateMetrics from "./CertificateMetrics.ts"
import * as ProcessMetrics from "./ProcessMetrics.ts"
import * as PrometheusText from "./PrometheusText.ts"

const storagePoints = MetricFamily.gauge<"type">(
  "metrics_server_storage_points",
  "Nodes and containers whose usage can be served"
)

const ofStore = Layer.effectDiscard(Effect.gen(function*() {
  const { counts } = yield* MetricsStore
  const family = yield* storagePoints
  const read = Effect.runSyncWith(yield* Effect.context<never>())
  family.read({ type: "node" }, () => read(counts).nodes)
  family.read({ type: "container" }, () => read(counts).containers)
}))

export const layer = (options: { readonly clientCertificate: Option.Option<string> }) =>
  Layer.mergeAll(ofStore, ProcessMetrics.layer, CertificateMetrics.layer(options))

/** `/metrics` */
export const routes = Effect.map(Effect.context<never>(), (context): ReadonlyArray<Route> => [{
  path: "/metrics",
  respond: ({ preferences }: Request) =>
    PrometheusText.format.pipe(
      Effect.provideContext(context),
      Effect.map((text) => Answer.word(text, PrometheusText.contentType)),
      Effect.flatMap((answer) => Compression.compress(answer, preferences.acceptEncoding))
    )
}])
