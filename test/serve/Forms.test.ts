/** Whatever form a client asks for, it reads the same of the objects. */
import { assert, describe, it } from "@effect/vitest"
import { loadYaml } from "@kubernetes/client-node"
import { Effect, Result } from "effect"
import { Nodes as DiscoveredNodes } from "../../src/discover/Nodes.ts"
import { Pods as DiscoveredPods } from "../../src/discover/Pods.ts"
import { formatBytes, formatCpu } from "../../src/Quantity.ts"
import * as Descriptor from "../../src/serve/Descriptor.ts"
import type * as Document from "../../src/serve/Document.ts"
import type { Forms } from "../../src/serve/Forms.ts"
import * as Text from "../../src/serve/Text.ts"
import * as Yaml from "../../src/serve/Yaml.ts"
import * as AnyListing from "../fixtures/AnyListing.ts"
import { Nodes, Pods, withLabels } from "../fixtures/AnyMetrics.ts"
import { ask, askJson } from "../fixtures/Asking.ts"
import { read } from "../fixtures/KubernetesProtobuf.ts"

const nodes = Effect.runSync(
  Effect.map(DiscoveredNodes, (nodes) => Descriptor.ofNodes(nodes).forms("v1")).pipe(
    Effect.provide(DiscoveredNodes.layerStatic([]))
  )
)
const pods = Effect.runSync(
  Effect.map(DiscoveredPods, (pods) => Descriptor.ofPods(pods, { selectByNode: true }).forms("v1")).pipe(
    Effect.provide(DiscoveredPods.layerStatic([]))
  )
)

interface TableJson {
  readonly rows: ReadonlyArray<{ readonly cells: ReadonlyArray<string>; readonly object: unknown }> | null
}

const convert = (forms: Forms, kind: string, query = "") =>
  Result.getOrThrow(forms.convert({ kind, group: "meta.k8s.io", version: "v1" }, new URLSearchParams(query)))

const sum = (values: ReadonlyArray<number>) => values.reduce((total, value) => total + value, 0)

describe("lists in all their forms", () => {
  it.prop("a table says what the list of nodes says", { items: Nodes }, ({ items }) => {
    const table = convert(nodes.many(AnyListing.ofNodes(items.map(withLabels))), "Table").json() as TableJson
    const swaps = items.some(({ usage }) => usage.swap !== undefined)
    assert.deepStrictEqual(
      (table.rows ?? []).map(({ cells }) => cells.slice(0, -1)),
      items.map(({ metadata, usage: { cpu, memory, swap = 0 } }) => [
        metadata.name,
        formatCpu(cpu),
        formatBytes(memory),
        ...swaps ? [formatBytes(swap)] : []
      ])
    )
    return true
  })

  it.prop("a pod's row is the sum of its containers, and its object is what the list has", { items: Pods }, (given) => {
    const items = given.items.map(withLabels).map((pod) => ({
      ...pod,
      containers: pod.containers.map(({ name, usage }) => ({
        name,
        usage: { cpu: usage.cpu % 1e12, memory: usage.memory % 1e12 }
      }))
    }))
    const list = pods.many(AnyListing.ofPods(items))
    const table = convert(list, "Table", "includeObject=Object").json() as TableJson
    const typed = (list.json() as { readonly items: ReadonlyArray<object> }).items.map((item) => ({
      kind: "PodMetrics",
      apiVersion: "metrics.k8s.io/v1",
      ...item
    }))
    assert.deepStrictEqual((table.rows ?? []).map(({ object }) => object), typed)
    assert.deepStrictEqual(
      (table.rows ?? []).map(({ cells }) => cells.slice(1, 3)),
      items.map(({ containers }) => [
        formatCpu(sum(containers.map(({ usage }) => usage.cpu))),
        formatBytes(sum(containers.map(({ usage }) => usage.memory)))
      ])
    )
    return true
  })

  it.prop("metadata alone is that of the list, in protobuf too", { items: Pods }, ({ items }) => {
    const list = pods.many(AnyListing.ofPods(items.map(withLabels)))
    const metadata = convert(list, "PartialObjectMetadataList")
    const typed = { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1" }
    assert.deepStrictEqual(
      (metadata.json() as { readonly items: unknown }).items,
      (list.json() as { readonly items: ReadonlyArray<{ readonly metadata: unknown }> }).items
        .map(({ metadata }) => ({ ...typed, metadata }))
    )
    const decoded = read(metadata.protobuf()) as { readonly items: ReadonlyArray<object> }
    assert.deepStrictEqual(
      { ...decoded, items: decoded.items.map((item) => ({ ...typed, ...item })) },
      metadata.json()
    )
    return true
  })

  it.prop("YAML is read back as the JSON", { items: Pods }, ({ items }) => {
    const list = pods.many(AnyListing.ofPods(items.map(withLabels)))
    assert.deepStrictEqual(loadYaml(Yaml.stringify(list.json())), list.json())
    return true
  })
})

/** All the pieces. */
const written = (document: Document.Document, form: Document.Form) => {
  const { around, pieces } = document.pieces?.(form) ?? assert.fail(`it does not come in pieces as ${form}`)
  const all = Buffer.concat([...pieces])
  const [before, after] = around(all.length)
  return Buffer.concat([before, all, after])
}

/** At once. */
const whole = (document: Document.Document, form: Document.Form) =>
  Buffer.from(form === "protobuf" ? document.protobuf() : Text.write(form, document.json()))

describe("bit by bit", () => {
  const all = ["json", "indented", "yaml", "protobuf"] as const
  const kinds = [
    ["a list", undefined, "", all],
    ["a table", "Table", "", ["json", "indented", "yaml"]],
    ["a table with whole objects", "Table", "includeObject=Object", ["json", "indented", "yaml"]],
    ["metadata alone", "PartialObjectMetadataList", "", all]
  ] as const

  for (const [what, kind, query, forms] of kinds) {
    it.prop(`${what} is in every form what it is at once`, { items: Pods }, ({ items }) => {
      const list = pods.many(AnyListing.ofPods(items.map(withLabels)))
      const document = kind === undefined ? list : convert(list, kind, query)
      for (const form of forms) {
        assert.strictEqual(written(document, form).toString("latin1"), whole(document, form).toString("latin1"))
      }
      return true
    })
  }

  it("a long table comes in pieces, and a short one in one", () => {
    const piecesOf = (count: number) => {
      const items = Array.from({ length: count }, (_, index) => ({
        metadata: { name: `n-${index}`, creationTimestamp: AnyListing.now },
        timestamp: 0,
        window: 0,
        usage: { cpu: 1, memory: 1 }
      }))
      return [...convert(nodes.many(AnyListing.ofNodes(items)), "Table").pieces?.("json")?.pieces ?? []].length
    }
    assert.deepStrictEqual([0, 1, 4, 300].map(piecesOf), [1, 1, 1, 1])
    assert.isAbove(piecesOf(3000), 1)
  })
})

describe("conversions over HTTP", () => {
  const gv = "/apis/metrics.k8s.io/v1"
  const accepting = (kind: string, type = "application/json", version = "v1") => ({
    headers: { accept: `${type};as=${kind};g=meta.k8s.io;v=${version}` }
  })

  it.effect("a table of nodes", () =>
    Effect.gen(function*() {
      const { columnDefinitions, kind, rows } = yield* askJson(`${gv}/nodes?labelSelector=pool%3D1`, accepting("Table"))
      assert.strictEqual(kind, "Table")
      assert.deepStrictEqual(
        columnDefinitions.map(({ format, name }: Record<string, string>) => `${name}: ${format}`),
        ["Name: name", "cpu: quantity", "memory: quantity", "Window: duration"]
      )
      assert.deepStrictEqual(rows, [{
        cells: ["node-a", "968390u", "1571484Ki", "15.003s"],
        object: {
          kind: "PartialObjectMetadata",
          apiVersion: "meta.k8s.io/v1",
          metadata: { name: "node-a", creationTimestamp: "2026-11-23T06:32:35Z", labels: { pool: "1" } }
        }
      }])
    }))

  it.effect("a table of nothing has neither columns nor rows", () =>
    Effect.gen(function*() {
      const { columnDefinitions, rows } = yield* askJson(`${gv}/namespaces/nowhere/pods`, accepting("Table"))
      assert.isNull(columnDefinitions)
      assert.isNull(rows)
    }))

  it.effect("a table as YAML, and none as protobuf", () =>
    Effect.gen(function*() {
      const yaml = yield* ask(
        `${gv}/nodes/node-a?includeObject=None`,
        accepting("Table", "application/yaml", "v1beta1")
      )
      assert.strictEqual(yaml.headers.get("content-type"), "application/yaml")
      assert.match(
        yaml.text,
        /^apiVersion: meta.k8s.io\/v1beta1\n[^]*\n- cells:\n {2}- node-a\n[^]*\n {2}object: null\n$/
      )
      const protobuf = yield* ask(`${gv}/nodes`, accepting("Table", "application/vnd.kubernetes.protobuf"))
      assert.strictEqual(protobuf.status, 406)
      assert.match(JSON.parse(protobuf.text).message, /^only the following media types are accepted: application\/json/)
    }))

  it.effect("an unknown object to include is refused, after the object was looked for", () =>
    Effect.gen(function*() {
      const refused = yield* askJson(`${gv}/nodes/node-a?includeObject=All`, accepting("Table"))
      assert.strictEqual(refused.code, 400)
      assert.match(refused.message, /^Unable to convert to Table as requested: includeObject: Invalid value: "All"/)
      assert.strictEqual((yield* askJson(`${gv}/nodes/x?includeObject=All`, accepting("Table"))).code, 404)
    }))

  const impossible: ReadonlyArray<readonly [path: string, kind: string, problem: string]> = [
    ["nodes", "PartialObjectMetadata", "is a list (*metrics.NodeMetricsList)"],
    ["nodes/node-a", "PartialObjectMetadataList", "is not a list (*metrics.NodeMetrics)"],
    ["namespaces/web/pods/a", "PartialObjectMetadataList", "is not a list (*metrics.PodMetrics)"]
  ]
  it.effect.each(impossible)("%s is no %s", ([path, kind, problem]) =>
    Effect.gen(function*() {
      const { status, text } = yield* ask(`${gv}/${path}`, accepting(kind))
      assert.strictEqual(status, 406)
      assert.strictEqual(JSON.parse(text).message, `you requested ${kind}, but the requested object ${problem}`)
    }))

  it.effect("a failure is a Status, whatever the object should have been converted to", () =>
    Effect.gen(function*() {
      const { status, text } = yield* ask(`${gv}/nodes/x`, accepting("Table"))
      assert.strictEqual(status, 404)
      assert.match(text, /^\{\n {2}"kind": "Status",/)
    }))
})
