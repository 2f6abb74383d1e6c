/** What OpenAPI documents tell of, apart from types: the operations of the API and their parameters. */
import type { Array, Schema } from "effect"
import { group, groupVersion, type Version } from "./schema/Metrics.ts"
import * as Discovery from "./schema/published/Discovery.ts"
import { ofVersion } from "./schema/published/Metrics.ts"
import type { GroupVersionKind } from "./schema/published/Type.ts"

/** A GET. */
export interface Operation {
  readonly path: string
  readonly operationId: string
  readonly tag: string
  readonly description: string
  readonly parameters: ReadonlyArray<Parameter>
  readonly response: Schema.Codec<unknown, unknown>
  readonly mediaTypes: ReadonlyArray<string>
  /** Of operations on resources. */
  readonly action?: { readonly name: "get" | "list"; readonly on: GroupVersionKind }
}

export interface Parameter {
  readonly name: string
  readonly in: "path" | "query"
  readonly type: "string" | "integer" | "boolean"
  readonly description: string
}

/** The operations, by the document of version 3 that tells of them. */
export const byDocument = (
  versions: Array.NonEmptyReadonlyArray<Version>
): ReadonlyArray<readonly [document: string, operations: ReadonlyArray<Operation>]> => [
  ["apis", [{
    path: "/apis/",
    operationId: "getAPIVersions",
    tag: "apis",
    description: "which groups and versions there are",
    parameters: [],
    response: Discovery.APIGroupList,
    mediaTypes
  }]],
  [`apis/${group}`, [{
    path: `/apis/${group}/`,
    operationId: "getMetricsAPIGroup",
    tag: "metrics",
    description: "which versions the group has",
    parameters: [],
    response: Discovery.APIGroup,
    mediaTypes
  }]],
  ...versions.map((version) => [`apis/${groupVersion(version)}`, ofMetrics(version)] as const),
  ["version", [{
    path: "/version/",
    operationId: "getCodeVersion",
    tag: "version",
    description: "which program answers",
    parameters: [],
    response: Discovery.VersionInfo,
    mediaTypes: ["application/json"]
  }]]
]

const mediaTypes = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"]
const watchTypes = ["application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"]

const ofMetrics = (version: Version): ReadonlyArray<Operation> => {
  const types = ofVersion(version)
  const base = `/apis/${groupVersion(version)}`
  const tag = `metrics_${version}`
  const own = `Metrics${version.replace("v", "V")}`

  const list = (kind: "NodeMetrics" | "PodMetrics", path: string, name: string, description: string): Operation => ({
    path: `${base}${path}`,
    operationId: `list${own}${name}`,
    tag,
    description,
    parameters: sortByName([...listParameters, ...(path.includes("{namespace}") ? [namespace] : [])]),
    response: types[`${kind}List`],
    mediaTypes: [...mediaTypes, ...watchTypes],
    action: { name: "list", on: { group, version, kind } }
  })

  const get = (kind: "NodeMetrics" | "PodMetrics", path: string, name: string, noun: string): Operation => ({
    path: `${base}${path}`,
    operationId: `read${own}${name}`,
    tag,
    description: `what one ${noun} uses`,
    parameters: [
      { name: "name", in: "path", type: "string", description: `Name of the ${noun}.` },
      ...(path.includes("{namespace}") ? [namespace] : []),
      pretty
    ],
    response: types[kind],
    mediaTypes,
    action: { name: "get", on: { group, version, kind } }
  })

  return [
    {
      path: `${base}/`,
      operationId: `get${own}APIResources`,
      tag,
      description: "which resources this version of the group has",
      parameters: [],
      response: Discovery.APIResourceList,
      mediaTypes
    },
    list("PodMetrics", "/namespaces/{namespace}/pods", "NamespacedPodMetrics", "what the pods of a namespace use"),
    get("PodMetrics", "/namespaces/{namespace}/pods/{name}", "NamespacedPodMetrics", "pod"),
    list("NodeMetrics", "/nodes", "NodeMetrics", "what the nodes use"),
    get("NodeMetrics", "/nodes/{name}", "NodeMetrics", "node"),
    list("PodMetrics", "/pods", "PodMetricsForAllNamespaces", "what the pods of all namespaces use")
  ]
}

const inQuery = (name: string, type: Parameter["type"], description: string): Parameter => ({
  name,
  in: "query",
  type,
  description
})

const namespace: Parameter = { name: "namespace", in: "path", type: "string", description: "Namespace of the pods." }

const pretty = inQuery("pretty", "string", "With true, JSON is indented for people to read.")

const listParameters = [
  pretty,
  inQuery("allowWatchBookmarks", "boolean", "For watches, which metrics do not have."),
  inQuery("continue", "string", "Where a former page ended. Lists of metrics are whole: it changes nothing."),
  inQuery("fieldSelector", "string", "Only objects with these field values: metadata.name=a, metadata.namespace!=b."),
  inQuery("labelSelector", "string", "Only objects with these labels: app=a, tier in (b,c), !d."),
  inQuery("limit", "integer", "Greatest length of a page. Lists of metrics are whole: it changes nothing."),
  inQuery("resourceVersion", "string", "How fresh the list has to be. Lists of metrics are always of this moment."),
  inQuery("resourceVersionMatch", "string", "How resourceVersion is meant: Exact or NotOlderThan."),
  inQuery("sendInitialEvents", "boolean", "For watches, which metrics do not have."),
  inQuery("shardSelector", "string", "Only one part of a list that is shared out. Lists of metrics are whole."),
  inQuery("timeoutSeconds", "integer", "How long the answer may take."),
  inQuery("watch", "boolean", "Changes instead of objects. Metrics cannot be watched: it is refused.")
]

const sortByName = (parameters: ReadonlyArray<Parameter>) => parameters.toSorted((a, b) => a.name < b.name ? -1 : 1)
