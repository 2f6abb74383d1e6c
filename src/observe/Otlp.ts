/** Traces and metrics for an OpenTelemetry collector, as the environment says; without one nothing is traced at all. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Config, ConfigProvider, Effect, Layer, Option, References } from "effect"
import { HttpClient } from "effect/http"
import { OtlpMetrics, OtlpSerialization, OtlpTracer } from "effect/observability"

/** The variables are OpenTelemetry's; the endpoint decides whether anything is exported. */
const environment = Config.all({
  endpoint: Config.option(Config.URL("OTEL_EXPORTER_OTLP_ENDPOINT")),
  protocol: Config.Literals(["http/protobuf", "http/json"], "OTEL_EXPORTER_OTLP_PROTOCOL").pipe(
    Config.withDefault("http/protobuf" as const)
  ),
  attributes: Config.String("OTEL_RESOURCE_ATTRIBUTES").pipe(Config.withDefault(""))
})

/** For everything that is built in it. What is wrong with the environment is no reason not to serve. */
export const layer = (options: { readonly version: string }) =>
  Layer.unwrap(
    Effect.map(environment, ({ attributes, endpoint, protocol }) =>
      Option.isNone(endpoint) ? off : exporting(protocol, defaults(options.version, attributes)))
  ).pipe(
    Layer.catchCause((cause) =>
      Layer.unwrap(Effect.as(Effect.logError("nothing is exported to OpenTelemetry", cause), off))
    )
  )

/** Nothing begins a span: not the server, not its clients, not our own code. */
const off = Layer.mergeAll(
  Layer.succeed(References.TracerEnabled, false),
  Layer.succeed(HttpClient.TracerDisabledWhen, () => true)
)

const exporting = (protocol: "http/protobuf" | "http/json", defaults: Readonly<Record<string, string>>) =>
  Layer.mergeAll(OtlpTracer.layerFromConfig(), OtlpMetrics.layerFromConfig()).pipe(
    Layer.provide([
      NodeHttpClient.layerUndici,
      protocol === "http/json" ? OtlpSerialization.layerJson : OtlpSerialization.layerProtobuf,
      ConfigProvider.layerAdd(ConfigProvider.fromUnknown(defaults))
    ])
  )

/** What holds where the environment is silent. A name among the attributes is a name. */
const defaults = (version: string, attributes: string) => ({
  OTEL_TRACES_EXPORTER: "otlp",
  OTEL_METRICS_EXPORTER: "otlp",
  OTEL_SERVICE_VERSION: version,
  ...!/(^|,)\s*service\.name=/.test(attributes) && { OTEL_SERVICE_NAME: "metrics-server" }
})
