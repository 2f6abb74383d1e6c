/** The dashboard and the alerts ask for what a running server says, and tell what to do. */
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Option } from "effect"
import { Yaml } from "effect/encoding"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Fault } from "../../src/simulate/Fault.ts"
import { KubeletFleet } from "../../src/simulate/KubeletFleet.ts"
import { problems } from "../fixtures/KubernetesSchemas.ts"
import * as Listening from "../fixtures/Listening.ts"
import * as Manifests from "../fixtures/Manifests.ts"
import * as PromQl from "../fixtures/PromQl.ts"
import * as WholeServer from "../fixtures/WholeServer.ts"

const textOf = (name: string) => readFileSync(join(Manifests.chart, "observability", name), "utf8")

interface Alert {
  readonly alert: string
  readonly expr: string
  readonly annotations: { readonly summary: string; readonly runbook_url: string }
}

const rules = Yaml.parse(textOf("rules.yaml")) as Manifests.Manifest
const alerts: ReadonlyArray<Alert> = rules["spec"].groups.flatMap(({ rules }: { rules: ReadonlyArray<Alert> }) => rules)

interface Panel {
  readonly title: string
  readonly targets?: ReadonlyArray<{ readonly expr: string; readonly legendFormat: string }>
}

const dashboard: { readonly panels: ReadonlyArray<Panel> } = JSON.parse(textOf("dashboard.json"))

/** Each with the labels that a text shown beside it uses. */
const queries = [
  ...alerts.map(({ alert, annotations, expr }) => ({
    name: alert,
    expr,
    shown: Array.from(annotations.summary.matchAll(/\$labels\.(\w+)/g), ([, label]) => label!)
  })),
  ...dashboard.panels.flatMap(({ targets = [], title }) =>
    targets.map(({ expr, legendFormat }) => ({
      name: title,
      expr,
      shown: Array.from(legendFormat.matchAll(/\{\{(\w+)\}\}/g), ([, label]) => label!)
    }))
  )
]

/** What Prometheus adds: a series of its own about every target, and labels to every series. */
const ofPrometheus = { series: "up", labels: ["job", "instance"] }

/** What a server says that has scraped, was read, and has a kubelet that fails. */
const samples = Effect.gen(function*() {
  yield* (yield* KubeletFleet).setFault("worker-0001", Option.some(Fault.Refuse()))
  yield* WholeServer.pass(40)
  for (const resource of ["nodes", "pods"]) yield* Listening.ask(`/apis/metrics.k8s.io/v1/${resource}`)
  return (yield* Listening.metrics).flatMap(({ samples }) => samples)
})

layer(Listening.layer)("the queries of dashboard and alerts", (it) => {
  it.effect("name metrics, labels and values that a running server has", () =>
    Effect.gen(function*() {
      const all = yield* samples
      for (const { expr, name, shown } of queries) {
        const { grouping, selectors } = PromQl.read(expr)
        const known = new Set(ofPrometheus.labels)
        assert.isNotEmpty(selectors, name)
        for (const { matchers, metric } of selectors) {
          assert.include(matchers.map(({ label }) => label), "job", `${name}: ${metric} is asked of every job`)
          if (metric === ofPrometheus.series) continue
          const series = all.filter((sample) => sample.name === metric)
          assert.isNotEmpty(series, `${name}: there is no ${metric}`)
          for (const label of series.flatMap(({ labels }) => Object.keys(labels))) known.add(label)
          for (const { label, operator, value } of matchers) {
            if (ofPrometheus.labels.includes(label)) continue
            const values = series.map(({ labels }) => labels[label])
            assert.isDefined(values[0], `${name}: ${metric} has no label ${label}`)
            if (operator === "=" && label !== "code") assert.include(values, value, `${name}: ${metric} {${label}}`)
          }
        }
        assert.includeMembers([...known], [...grouping, ...shown], name)
      }
    }))
})

describe("an alert", () => {
  const runbook = readFileSync(new URL("../../docs/runbook.md", import.meta.url), "utf8")
  const headings = Array.from(runbook.matchAll(/^## (.+)$/gm), ([, heading]) => heading!)

  it("has a chapter in the runbook, and every chapter is of an alert", () => {
    const anchors = alerts.map(({ annotations }) => annotations.runbook_url)
    assert.deepStrictEqual(
      anchors,
      alerts.map(({ alert }) =>
        `https://github.com/metrics-server-effect/metrics-server/blob/main/docs/runbook.md#${alert.toLowerCase()}`
      )
    )
    assert.deepStrictEqual(headings, alerts.map(({ alert }) => alert))
  })
})

/** The jobs that rules ask for. */
const askedOf = (manifests: ReadonlyArray<Manifests.Manifest>) => {
  const groups: ReadonlyArray<{ readonly rules: ReadonlyArray<Alert> }> =
    Manifests.find(manifests, "PrometheusRule")["spec"].groups
  const matchers = groups.flatMap(({ rules }) => rules).flatMap(({ expr }) =>
    PromQl.read(expr).selectors.flatMap(({ matchers }) => matchers)
  )
  return new Set(matchers.filter(({ label }) => label === "job").map(({ value }) => value))
}

/** What the Prometheus operator calls the job of a ServiceMonitor: as a label of the Service says, else as the Service. */
const given = (manifests: ReadonlyArray<Manifests.Manifest>) => {
  const { metadata } = Manifests.find(manifests, "Service")
  const { jobLabel } = Manifests.find(manifests, "ServiceMonitor")["spec"]
  return jobLabel === undefined ? metadata.name : metadata.labels?.[jobLabel]
}

describe("the alerts ask for the job that the ServiceMonitor makes", () => {
  it("of the components", async () => {
    const manifests = await Manifests.base("service-monitor", "../chart/observability")
    assert.deepStrictEqual(askedOf(manifests), new Set([given(manifests)]))
  })

  it.concurrent.each([
    ["metrics-server", {}],
    ["ms", {}],
    ["ms", { fullnameOverride: "usage" }]
  ])("of the release %s with %j, whose name it is, as with the original", async (release, names) => {
    const values = { ...names, serviceMonitor: { enabled: true }, prometheusRule: { enabled: true } }
    const manifests = await Manifests.template(values, release)
    assert.deepStrictEqual(askedOf(manifests), new Set([release]))
    assert.strictEqual(given(manifests), release)
  })
})

describe("the observability kit", () => {
  it("renders with kustomize and with helm, to the same rules and the same dashboard", async () => {
    const kit = await Manifests.base("../chart/observability")
    const chart = await Manifests.template({ dashboards: { enabled: true }, prometheusRule: { enabled: true } })
    for (const manifest of kit) assert.deepStrictEqual(problems(manifest), [], Manifests.idOf(manifest))
    const [ofKit, ofChart] = [kit, chart].map((manifests) => ({
      rules: Manifests.find(manifests, "PrometheusRule")["spec"],
      dashboard: JSON.parse(Manifests.find(manifests, "ConfigMap")["data"]["metrics-server.json"])
    }))
    assert.deepStrictEqual(ofChart, ofKit)
    assert.deepStrictEqual(ofKit, { rules: rules["spec"], dashboard })
  })
})
