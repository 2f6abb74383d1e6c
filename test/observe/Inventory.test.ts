/** Which metrics there are: the original's own, letter by letter, and all others as docs/observability.md lists them. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import * as Listening from "../fixtures/Listening.ts"
import { ask, metrics } from "../fixtures/Listening.ts"
import * as MetricsPage from "../fixtures/MetricsPage.ts"
import * as WholeServer from "../fixtures/WholeServer.ts"

/** With a bearer token and from the API, so that everything that counts has something to count. */
const used = Effect.gen(function*() {
  yield* WholeServer.pass(40)
  for (const resource of ["nodes", "pods"]) yield* ask(`/apis/metrics.k8s.io/v1beta1/${resource}`)
})

const bounds = (text: string) => text.split(" ")

const defaultBounds = "0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 10"

/** As a running original has them, at a resolution of 15 s. */
const original = [
  {
    name: "metrics_server_api_metric_freshness_seconds",
    type: "histogram",
    labels: [],
    buckets: bounds(
      "1 1.364 1.8604960000000004 2.5377165440000007 3.4614453660160014 4.721411479245826 6.440005257691307 " +
        "8.784167171490942 11.981604021913647 16.342907885890217 22.291726356354257 30.405914750067208 " +
        "41.47366771909167 56.57008276884105 77.16159289669919 105.2484127110977 143.55883493793726 " +
        "195.81425085534644 267.09063816669254 364.31163045936864 +Inf"
    )
  },
  { name: "metrics_server_kubelet_last_request_time_seconds", type: "gauge", labels: ["node"], buckets: [] },
  {
    name: "metrics_server_kubelet_request_duration_seconds",
    type: "histogram",
    labels: ["node"],
    buckets: bounds(`${defaultBounds} +Inf`)
  },
  { name: "metrics_server_kubelet_request_total", type: "counter", labels: ["success"], buckets: [] },
  {
    name: "metrics_server_manager_tick_duration_seconds",
    type: "histogram",
    labels: [],
    buckets: bounds(`${defaultBounds} 12.5 15 22.5 30 +Inf`)
  },
  { name: "metrics_server_storage_points", type: "gauge", labels: ["type"], buckets: [] }
]

/** The rows of the tables, by name: type and labels. Some are told by Linux alone. */
const documented = () => {
  const text = readFileSync(new URL("../../docs/observability.md", import.meta.url), "utf8")
  const rows = text.matchAll(/^\| `([a-z0-9_]+)` \| (counter|gauge|histogram) \| ([a-z_, ]*) \| (.*) \|$/gm)
  return Object.fromEntries(
    Array.from(rows)
      .filter(([, , , , meaning]) => process.platform === "linux" || !meaning?.endsWith("(Linux)"))
      .map(([, name, type, labels = ""]) => [name, `${type} ${labels.trim().split(", ").toSorted()}`])
  )
}

layer(Listening.layer)("the metrics", (it) => {
  it.effect("of the original are there, with its names, types, labels and buckets, and no others that begin so", () =>
    Effect.gen(function*() {
      yield* used
      const families = (yield* metrics).filter(({ name }) => name.startsWith("metrics_server_"))
      assert.deepStrictEqual(
        families.map((family) => ({
          name: family.name,
          type: family.type,
          labels: MetricsPage.labelsOf(family),
          buckets: MetricsPage.bucketsOf(family)
        })),
        original
      )
    }))

  it.effect("are all listed in docs/observability.md, and what is listed there is there", () =>
    Effect.gen(function*() {
      const families = Object.fromEntries(
        (yield* metrics).map((family) => [family.name, `${family.type} ${MetricsPage.labelsOf(family)}`])
      )
      assert.deepStrictEqual(families, documented())
    }))

  it.effect("count the age of every item that is read", () =>
    Effect.gen(function*() {
      const read = Effect.map(metrics, (families) =>
        families.find(({ name }) =>
          name === "metrics_server_api_metric_freshness_seconds"
        )?.samples.at(-1)?.value ?? 0)
      const before = yield* read
      yield* ask("/apis/metrics.k8s.io/v1/pods")
      yield* ask("/apis/metrics.k8s.io/v1/nodes/worker-0001")
      assert.strictEqual((yield* read) - before, WholeServer.cluster.pods.length + 1)
    }))

  it.effect("count requests by what they asked for, without words of the client's choice", () =>
    Effect.gen(function*() {
      for (const path of ["nodes/nobody", "nodes?watch=1", "secrets", "namespaces/a/pods"]) {
        yield* ask(`/apis/metrics.k8s.io/v1/${path}`)
      }
      yield* ask("/whatever/comes/to/mind")
      const family = (yield* metrics).find(({ name }) => name === "apiserver_request_total")
      const counted = family?.samples.filter(({ labels, value }) => value > 0 && labels["version"] !== "v1beta1").map((
        { labels: { code, resource, scope, subresource, verb }, value }
      ) => [verb, resource, scope, subresource, code, value].join(" "))
      assert.includeMembers(counted ?? [], [
        "GET nodes resource  404 1",
        "WATCH nodes cluster  405 1",
        "LIST pods namespace  200 1",
        "LIST    403 1",
        "GET    404 1"
      ])
    }))

  it.effect("are of the form that Prometheus asks for", () =>
    Effect.gen(function*() {
      const { headers } = yield* ask("/metrics")
      assert.strictEqual(headers["content-type"], "text/plain; version=0.0.4; charset=utf-8")
    }))
})
