/** The chart, rendered by the real helm: every value, and nothing that differs between two renderings. */
import { assert, describe, it } from "@effect/vitest"
import schema from "../../deploy/chart/values.schema.json" with { type: "json" }
import packageJson from "../../package.json" with { type: "json" }
import { problems } from "../fixtures/KubernetesSchemas.ts"
import * as Manifests from "../fixtures/Manifests.ts"
import { type Row, rows } from "./ChartValues.ts"
import { ofTheOriginal, refused } from "./RefusedValues.ts"

const byDefault = await Manifests.template()

interface Node {
  readonly [keyword: string]: unknown
  readonly properties?: Readonly<Record<string, Node>>
}

/** The keys that a schema knows by name. */
const keysOf = ({ properties = {} }: Node, prefix = ""): ReadonlyArray<string> =>
  Object.entries(properties).flatMap(([key, node]) =>
    node.properties === undefined ? [`${prefix}${key}`] : keysOf(node, `${prefix}${key}.`)
  )

/** The keys among those that values give. */
const given = (values: object, node: Node = schema, prefix = ""): ReadonlyArray<string> =>
  Object.entries(values).flatMap(([key, value]) => {
    const below = node.properties?.[key]
    return below?.properties === undefined ? [`${prefix}${key}`] : given(value, below, `${prefix}${key}.`)
  })

const at = (value: unknown, path: string) =>
  path.split(".").reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], value)

/** What the row says of, and nothing if there is no such object. */
const seen = (manifests: ReadonlyArray<Manifests.Manifest>, [, object, path]: Row) => {
  const [kind, name] = object.split("/")
  const found = manifests.find((it) => it.kind === kind && (name === undefined || it.metadata.name === name))
  return path === "" ? found : at(found, path)
}

describe("a value of the chart", () => {
  it.concurrent.each(rows.map((row) => [JSON.stringify(row[0]), row] as const))("%s", async (_, row) => {
    const manifests = await Manifests.template(row[0])
    assert.deepStrictEqual(seen(manifests, row), row[3])
    for (const manifest of manifests) assert.deepStrictEqual(problems(manifest), [], Manifests.idOf(manifest))
  })

  it("is tried, whatever its key", () => {
    const tried = new Set([...rows, ...refused].flatMap(([values]) => given(values)))
    assert.deepStrictEqual(keysOf(schema).filter((key) => key !== "global" && !tried.has(key)), [])
  })

  it("may be any that the chart of kubernetes-sigs/metrics-server 3.13.1 takes", () => {
    const keys = keysOf(schema)
    assert.deepStrictEqual(ofTheOriginal.filter((key) => !keys.some((known) => `${key}.`.startsWith(`${known}.`))), [])
  })

  it.concurrent.each(refused)("is refused with a reason: %j", async (values, reason) => {
    const error = await Manifests.template(values).then(() => "", String)
    assert.match(error, reason)
  })
})

describe("the chart", () => {
  it("passes helm's linter, with everything switched on, too", async () => {
    const everything = {
      ...Object.fromEntries(
        [
          "dashboards",
          "networkPolicy",
          "podDisruptionBudget",
          "prometheusRule",
          "serviceMonitor",
          "verticalPodAutoscaler"
        ]
          .map((key) => [key, { enabled: true }])
      ),
      tls: { type: "cert-manager" }
    }
    assert.include(await Manifests.lint(), "0 chart(s) failed")
    assert.include(await Manifests.lint(everything), "0 chart(s) failed")
  })

  it("renders the same every time", async () => {
    const values = { tls: { type: "cert-manager" }, dashboards: { enabled: true }, prometheusRule: { enabled: true } }
    assert.strictEqual(await Manifests.templateText(values), await Manifests.templateText(values))
  })

  it("takes null for an empty map", async () => {
    const values = (empty: object | null) => ({
      commonLabels: empty,
      podLabels: empty,
      podAnnotations: empty,
      service: { labels: empty, annotations: empty },
      apiService: { annotations: empty },
      serviceMonitor: { enabled: true, additionalLabels: empty },
      dashboards: { enabled: true, labels: empty },
      prometheusRule: { enabled: true, additionalLabels: empty },
      tls: { type: "cert-manager", certManager: { labels: empty, annotations: empty } }
    })
    const labels = { grafana_dashboard: null }
    const emptied = { ...values({}), dashboards: { enabled: true, labels } }
    assert.strictEqual(await Manifests.templateText(values(null)), await Manifests.templateText(emptied))
  })

  it("has the version of the server", async () => {
    const labels = Manifests.find(byDefault, "Deployment").metadata.labels
    assert.strictEqual(labels?.["app.kubernetes.io/version"], packageJson.version)
    assert.strictEqual(labels?.["helm.sh/chart"], `metrics-server-${packageJson.version}`)
  })

  it("selects the very pods that it makes", () => {
    const labels = { "app.kubernetes.io/name": "metrics-server", "app.kubernetes.io/instance": "metrics-server" }
    const { spec } = Manifests.find(byDefault, "Deployment")
    assert.deepStrictEqual(spec.selector.matchLabels, labels)
    assert.deepStrictEqual(spec.template.metadata.labels, labels)
    assert.deepStrictEqual(Manifests.find(byDefault, "Service")["spec"].selector, labels)
  })

  it("renders what deploy/base does, but for the names that the original's chart has others for", async () => {
    const aggregated = /^rbac\.authorization\.k8s\.io\/aggregate-to-/
    const names: Record<string, string> = {
      "system:metrics-server-aggregated-reader": "system:aggregated-metrics-reader"
    }
    const volume = ({ name, ...rest }: { readonly name: string }) => ({ name: name.replace(/-dir$/, ""), ...rest })
    const comparable = ({ metadata: { labels = {}, name, ...metadata }, ...object }: Manifests.Manifest) => {
      const same = structuredClone(object)
      if (object.kind === "Service") delete same["spec"].selector
      if (object.kind === "Deployment") {
        delete same["spec"].selector
        delete same["spec"].template.metadata
        const { containers, volumes } = same["spec"].template.spec
        same["spec"].template.spec.volumes = volumes.map(volume)
        containers[0].volumeMounts = containers[0].volumeMounts.map(volume)
      }
      return {
        ...same,
        metadata: {
          ...metadata,
          name: names[name] ?? name,
          labels: Object.fromEntries(Object.entries(labels).filter(([label]) => aggregated.test(label)))
        }
      }
    }
    assert.sameDeepMembers(byDefault.map(comparable), (await Manifests.base()).map(comparable))
  })
})
