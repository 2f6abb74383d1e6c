/** What nodes are and what pods are, to the one pipeline that serves both. */
import type { Node, Nodes } from "../discover/Nodes.ts"
import type { Pod, Pods } from "../discover/Pods.ts"
import type { Usages } from "../Sample.ts"
import type { Snapshot, UsagesOfPart } from "../store/MetricsStore.ts"
import * as Forms from "./Forms.ts"
import type { Listed, Listing } from "./lists/Listing.ts"
import { writeNode, writePod } from "./protobuf/Metrics.ts"
import type { ObjectMeta } from "./schema/Meta.ts"
import { groupVersion, type NodeItem, ofVersion, type PodItem, type Usage, type Version } from "./schema/Metrics.ts"

export interface Descriptor<Object extends Listed> {
  readonly resource: string
  /** What a 404 calls the object itself, and what it calls the metrics of an object that is there. */
  readonly notFound: { readonly object: string; readonly metrics: string }
  readonly selectableFields: ReadonlyArray<string>
  /** In arrays that stay the same until something in them changes, and are of one namespace each. An empty one stands for all of them. */
  parts(namespace: string): ReadonlyArray<ReadonlyArray<Object>>
  find(namespace: string, name: string): Object | undefined
  usages(snapshot: Snapshot, object: Object): Usages | undefined
  usagesOf(snapshot: Snapshot, part: ReadonlyArray<Object>): UsagesOfPart
  field(name: string, object: Object, usages: Usages): string
  qualifiedName(object: Object): string
  /** Answers of a version: with one object, and with many. */
  forms(version: Version): {
    one(object: Object, usages: Usages, now: number): Forms.Forms
    many(listing: Listing<Object>): Forms.Forms
  }
}

export const ofNodes = (nodes: Nodes["Service"]): Descriptor<Node> => ({
  resource: "nodes",
  notFound: { object: "node", metrics: "nodemetrics" },
  selectableFields: ["metadata.name", "metadata.namespace"],
  parts: () => nodes.parts(),
  find: (_, name) => nodes.get(name),
  usages: (snapshot, node) => snapshot.node(node.name),
  usagesOf: (snapshot, part) => snapshot.nodes(part),
  field: (name, node) => name === "metadata.name" ? node.name : "",
  qualifiedName: (node) => node.name,
  forms: (version) => {
    const { NodeMetrics, NodeMetricsList } = ofVersion(version)
    return Forms.make({
      types: { kind: "NodeMetrics", apiVersion: groupVersion(version), object: NodeMetrics, list: NodeMetricsList },
      write: writeNode,
      item: nodeItem,
      total: (node) => node.usage,
      ofContainers: false
    })
  }
})

export const ofPods = (
  pods: Pods["Service"],
  options: {
    /**
     * The original does not select by node, although the server knows which node a pod's usage came from. A server with
     * the version v1, which the original does not have, selects by it in both; one without v1 is like the original.
     */
    readonly selectByNode: boolean
  }
): Descriptor<Pod> => ({
  resource: "pods",
  notFound: { object: "pods", metrics: "podmetrics" },
  selectableFields: ["metadata.name", "metadata.namespace", ...options.selectByNode ? ["spec.nodeName"] : []],
  parts: (namespace) => pods.parts(namespace),
  find: (namespace, name) => pods.get(namespace, name),
  usages: (snapshot, pod) => snapshot.pod(pod.namespace, pod.name),
  usagesOf: (snapshot, part) => snapshot.pods(part),
  field: (name, pod, usages) =>
    name === "metadata.name" ? pod.name : name === "metadata.namespace" ? pod.namespace : usages.node,
  qualifiedName: (pod) => `${pod.namespace}/${pod.name}`,
  forms: (version) => {
    const { PodMetrics, PodMetricsList } = ofVersion(version)
    return Forms.make({
      types: { kind: "PodMetrics", apiVersion: groupVersion(version), object: PodMetrics, list: PodMetricsList },
      write: writePod,
      item: podItem,
      total: (pod) => sum(pod.containers.map(({ usage }) => usage)),
      ofContainers: true
    })
  }
})

const nodeItem: Forms.ToItem<Node, NodeItem> = (node, usages, now) => ({
  metadata: objectMeta(node, now),
  timestamp: usages.timestamp,
  window: usages.window,
  usage: toWire(usages, 0)
})

const podItem: Forms.ToItem<Pod, PodItem> = (pod, usages, now) => ({
  metadata: objectMeta(pod, now),
  timestamp: usages.timestamp,
  window: usages.window,
  containers: Array.from({ length: usages.size }, (_, i) => ({ name: usages.name(i), usage: toWire(usages, i) }))
})

const sum = (usages: ReadonlyArray<Usage>): Usage => ({
  cpu: usages.reduce((total, { cpu }) => total + cpu, 0),
  memory: usages.reduce((total, { memory }) => total + memory, 0),
  ...usages.some(({ swap }) => swap !== undefined) && {
    swap: usages.reduce((total, { swap = 0 }) => total + swap, 0)
  }
})

const toWire = (usages: Forms.Measured, index: number): Usage => {
  const swap = usages.swapBytes(index)
  return {
    cpu: usages.cpuNanocores(index),
    memory: usages.memoryBytes(index),
    ...!Number.isNaN(swap) && { swap }
  }
}

/** What clients read of the object itself. It is made for this answer, which is what its creation time says. */
const objectMeta = ({ labels, name, namespace }: Listed, now: number): ObjectMeta => ({
  name,
  ...namespace !== undefined && { namespace },
  creationTimestamp: now,
  ...Object.keys(labels).length > 0 && { labels }
})
