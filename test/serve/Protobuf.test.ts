import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { ObjectNotFound, VerbNotSupported } from "../../src/serve/ApiError.ts"
import * as Discovery from "../../src/serve/Discovery.ts"
import * as Document from "../../src/serve/Document.ts"
import { writeGroupDiscoveryList } from "../../src/serve/protobuf/AggregatedDiscovery.ts"
import { writeStatus } from "../../src/serve/protobuf/Meta.ts"
import { writeList, writeNode, writePod } from "../../src/serve/protobuf/Metrics.ts"
import { APIGroupDiscoveryList } from "../../src/serve/schema/AggregatedDiscovery.ts"
import { Status } from "../../src/serve/schema/Meta.ts"
import { ofVersion } from "../../src/serve/schema/Metrics.ts"
import { fromError } from "../../src/serve/Status.ts"
import { Nodes, Pods, withLabels } from "../fixtures/AnyMetrics.ts"
import { read } from "../fixtures/KubernetesProtobuf.ts"

/** Bodies of the original, in base64. */
const recorded: Record<string, string> = JSON.parse(
  readFileSync(new URL("../fixtures/recorded-protobuf.json", import.meta.url), "utf8")
)

const { NodeMetrics, NodeMetricsList, PodMetrics, PodMetricsList } = ofVersion("v1beta1")
const apiVersion = "metrics.k8s.io/v1beta1"
const status = Document.ofType(Status, writeStatus)
const node = Document.ofType(NodeMetrics, writeNode)
const nodes = Document.ofType(NodeMetricsList, writeList(writeNode))
const pod = Document.ofType(PodMetrics, writePod)
const pods = Document.ofType(PodMetricsList, writeList(writePod))

describe("Kubernetes protobuf", () => {
  it.each<[string, Document.Document]>([
    ["group", Discovery.apiGroup(["v1beta1"])],
    ["resources", Discovery.resourceList("v1beta1")],
    [
      "all of discovery",
      Document.ofType(APIGroupDiscoveryList, writeGroupDiscoveryList)({
        kind: "APIGroupDiscoveryList",
        apiVersion: "apidiscovery.k8s.io/v2",
        metadata: {},
        items: [{
          metadata: { name: "metrics.k8s.io" },
          versions: [{
            version: "v1beta1",
            resources: [
              {
                resource: "nodes",
                responseKind: { group: "", version: "", kind: "NodeMetrics" },
                scope: "Cluster",
                singularResource: "",
                verbs: ["get", "list"]
              },
              {
                resource: "pods",
                responseKind: { group: "", version: "", kind: "PodMetrics" },
                scope: "Namespaced",
                singularResource: "",
                verbs: ["get", "list"]
              }
            ],
            freshness: "Current"
          }]
        }]
      })
    ],
    ["no pods", pods({ kind: "PodMetricsList", apiVersion, metadata: {}, items: [] })],
    ["no such node", status(fromError(new ObjectNotFound({ group: "", resource: "node", name: "no-such-node" })))],
    [
      "no watch",
      status(fromError(new VerbNotSupported({ verb: "watch", group: "metrics.k8s.io", resource: "nodes" })))
    ],
    [
      "node",
      node({
        kind: "NodeMetrics",
        apiVersion,
        metadata: {
          name: "node-00001",
          creationTimestamp: Date.parse("2026-11-23T06:32:35Z"),
          labels: {
            "beta.kubernetes.io/arch": "amd64",
            "beta.kubernetes.io/os": "linux",
            "kubernetes.io/arch": "amd64",
            "kubernetes.io/hostname": "node-00001",
            "kubernetes.io/os": "linux",
            pool: "pool-1"
          }
        },
        timestamp: Date.parse("2026-11-23T06:32:20Z"),
        window: 20_000,
        usage: { cpu: 1_247_790_000, memory: 2_029_682_688 }
      })
    ],
    [
      "pod",
      pod({
        kind: "PodMetrics",
        apiVersion,
        metadata: {
          name: "app-000-6d4cf56db6-000006",
          namespace: "ns-00",
          creationTimestamp: Date.parse("2026-11-23T06:32:35Z"),
          labels: { app: "app-000", "pod-template-hash": "6d4cf56db6" }
        },
        timestamp: Date.parse("2026-11-23T06:32:15Z"),
        window: 10_000,
        containers: [
          { name: "main", usage: { cpu: 85_012_000, memory: 29_380_608 } },
          { name: "sidecar", usage: { cpu: 92_013_000, memory: 30_433_280 } }
        ]
      })
    ]
  ])("%s: the same bytes as the original's", (name, document) => {
    assert.strictEqual(Buffer.from(document.protobuf()).toString("base64"), recorded[name])
  })

  it.each<[string, Document.Document]>([
    ["APIGroup", Discovery.apiGroup(["v1", "v1beta1"])],
    ["APIGroupList", Discovery.groupList(["v1", "v1beta1"])],
    ["APIResourceList", Discovery.resourceList("v1")],
    [
      "Status with causes",
      status({
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message: "später <&>",
        reason: "NotFound",
        details: {
          name: "n",
          group: "g",
          kind: "k",
          causes: [{ reason: "r", message: "m", field: "f" }],
          retryAfterSeconds: 7
        },
        code: 404
      })
    ]
  ])("%s: says what JSON says", (_, document) => {
    assert.deepStrictEqual(withoutEmpty(read(document.protobuf())), document.json())
  })

  it.prop("any list of nodes says what JSON says", { items: Nodes }, ({ items }) => {
    const document = nodes({ kind: "NodeMetricsList", apiVersion, metadata: {}, items: items.map(withLabels) })
    assert.deepStrictEqual(read(document.protobuf()), document.json())
    return true
  })

  it.prop("any list of pods says what JSON says", { items: Pods }, ({ items }) => {
    const document = pods({ kind: "PodMetricsList", apiVersion, metadata: {}, items: items.map(withLabels) })
    assert.deepStrictEqual(read(document.protobuf()), document.json())
    return true
  })
})

/** A discovered group has no apiVersion of its own in the list of groups. */
const withoutEmpty = (object: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== ""))
