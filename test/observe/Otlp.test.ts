/** What a collector of OpenTelemetry receives, over a real socket; and that without one nothing is traced. */
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Tracer } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import { createServer, type IncomingHttpHeaders } from "node:http"
import { json } from "node:stream/consumers"
import * as MetricFamily from "../../src/MetricFamily.ts"
import * as Otlp from "../../src/observe/Otlp.ts"
import { listen, portOf } from "../fixtures/TlsApiServer.ts"

interface Attributed {
  readonly attributes: ReadonlyArray<{ readonly key: string; readonly value: object }>
}

interface Span extends Attributed {
  readonly name: string
}

interface Family {
  readonly name: string
  readonly sum: { readonly dataPoints: ReadonlyArray<Attributed & { readonly asDouble: number }> }
}

/** As much of OTLP as is looked at. */
interface Body {
  readonly resourceSpans: readonly [
    { readonly resource: Attributed; readonly scopeSpans: readonly [{ readonly spans: ReadonlyArray<Span> }] }
  ]
  readonly resourceMetrics: readonly [
    { readonly scopeMetrics: readonly [{ readonly metrics: ReadonlyArray<Family> }] }
  ]
}

interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Body
}

/** Takes everything. */
const collector = Effect.gen(function*() {
  const received: Array<Received> = []
  const server = yield* listen(() =>
    createServer(async (request, response) => {
      received.push({ path: request.url ?? "", headers: request.headers, body: await json(request) as Body })
      response.end()
    })
  )
  return { endpoint: `http://127.0.0.1:${portOf(server)}`, received }
})

const environment = (variables: Readonly<Record<string, string>>) =>
  ConfigProvider.layer(ConfigProvider.fromUnknown(variables))

const within = (variables: Readonly<Record<string, string>>) =>
  Layer.provide(Otlp.layer({ version: "1.2.3" }), environment(variables))

const scripted = HttpClient.make((request) => Effect.succeed(HttpClientResponse.fromWeb(request, new Response("ok"))))

/** Something of each kind that could be traced. */
const work = Effect.gen(function*() {
  const family = yield* MetricFamily.counter<"kind">("test_work_total", "Work done")
  family.series({ kind: "hard" }).update(3)
  yield* scripted.get("https://kubelet.example:10250/metrics/resource")
}).pipe(Effect.withSpan("work", { attributes: { node: "a" } }))

/** What a collector has received when the work is done and the server has ended. */
const exported = Effect.fnUntraced(function*(variables: Readonly<Record<string, string>>) {
  const { endpoint, received } = yield* collector
  const all = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json", ...variables }
  yield* Effect.scoped(Effect.provide(work, within(all)))
  return received
})

const attributesOf = (of: Attributed | undefined) =>
  Object.fromEntries(of?.attributes.map(({ key, value }) => [key, Object.values(value)[0]]) ?? [])

const at = (path: string, received: ReadonlyArray<Received>) =>
  received.find((it) => it.path === path) ?? assert.fail(`nothing came to ${path}`)

describe("OpenTelemetry", () => {
  it.effect("a collector receives spans and metrics under our name, with the headers it wants", () =>
    Effect.gen(function*() {
      const received = yield* exported({
        OTEL_EXPORTER_OTLP_HEADERS: "x-team=platform",
        OTEL_RESOURCE_ATTRIBUTES: "deployment.environment=test"
      })
      const traces = at("/v1/traces", received)
      assert.strictEqual(traces.headers["x-team"], "platform")
      const [{ resource, scopeSpans: [{ spans }] }] = traces.body.resourceSpans
      assert.deepInclude(attributesOf(resource), {
        "service.name": "metrics-server",
        "service.version": "1.2.3",
        "deployment.environment": "test"
      })
      assert.sameMembers(spans.map(({ name }) => name), ["work", "GET"])
      assert.strictEqual(attributesOf(spans.find(({ name }) => name === "work"))["node"], "a")

      const [{ scopeMetrics: [{ metrics }] }] = at("/v1/metrics", received).body.resourceMetrics
      const [point] = metrics.find(({ name }) => name === "test_work_total")?.sum.dataPoints ?? []
      assert.strictEqual(point?.asDouble, 3)
      assert.deepStrictEqual(attributesOf(point), { kind: "hard" })
    }).pipe(Effect.scoped))

  it.effect("a name of the environment is our name there", () =>
    Effect.gen(function*() {
      const received = yield* exported({ OTEL_RESOURCE_ATTRIBUTES: "service.name=other" })
      const [{ resource }] = at("/v1/traces", received).body.resourceSpans
      assert.strictEqual(attributesOf(resource)["service.name"], "other")
    }).pipe(Effect.scoped))

  it.effect.each(
    [
      ["an endpoint", {}],
      ["a sensible endpoint", { OTEL_EXPORTER_OTLP_ENDPOINT: "nowhere" }],
      ["a protocol that we speak", {
        OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1",
        OTEL_EXPORTER_OTLP_PROTOCOL: "grpc"
      }],
      ["sensible numbers", {
        OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1",
        OTEL_BSP_SCHEDULE_DELAY: "often"
      }]
    ] as const
  )("without %s no span is begun at all", ([, variables]) =>
    Effect.gen(function*() {
      let spans = 0
      const counting = Tracer.make({
        span: (options) => {
          spans++
          return new Tracer.NativeSpan(options)
        }
      })
      yield* Effect.scoped(Effect.provide(work, within(variables))).pipe(
        Effect.provideService(Tracer.Tracer, counting)
      )
      assert.strictEqual(spans, 0)
    }))
})
