/** Published types of metrics.k8s.io: one definition, published under the name of every version. */
import { Schema } from "effect"
import { group, type Version } from "../Metrics.ts"
import { Duration, ListMeta, ObjectMeta, Quantity, Time } from "./Meta.ts"
import { atomic, named, optional, required, Text, typeMeta } from "./Type.ts"

const usage = Schema.Record(Schema.String, Quantity)

const metadata = optional(ObjectMeta, "Name and labels of the node or pod.", { default: {} })
const listMetadata = optional(ListMeta, "Of the list as a whole; for metrics nothing is said.", { default: {} })

const measured = {
  metadata,
  timestamp: required(Time, "End of the time over which usage was measured."),
  window: required(Duration, "Length of the time over which usage was measured; it began so long before the timestamp.")
}

/** The types of one version. */
export const ofVersion = (version: Version) => {
  const name = (type: string) => `io.k8s.metrics.pkg.apis.metrics.${version}.${type}`
  const kind = (kind: string) => ({ "x-kubernetes-group-version-kind": [{ group, version, kind }] })

  const ContainerMetrics = named(
    name("ContainerMetrics"),
    Schema.Struct({
      name: required(Text, "Name of the container, as in the pod's spec."),
      usage: required(
        usage,
        "What the container uses: cpu, average over the window in cores; memory, its working set in bytes; swap in "
          + "bytes, where its node reports it."
      )
    }),
    { description: "What one container of a pod uses." }
  )
  const NodeMetrics = named(
    name("NodeMetrics"),
    Schema.Struct({
      ...typeMeta,
      ...measured,
      usage: required(
        usage,
        "What the node uses, pods and system together: cpu, average over the window in cores; memory, its working set "
          + "in bytes; swap in bytes, where the node reports it."
      )
    }),
    { description: "What a node uses, as its kubelet measured it.", ...kind("NodeMetrics") }
  )
  const PodMetrics = named(
    name("PodMetrics"),
    Schema.Struct({
      ...typeMeta,
      ...measured,
      containers: required(
        Schema.Array(ContainerMetrics),
        "The containers that run, each with what it uses; all measured in the same window.",
        atomic
      )
    }),
    { description: "What the containers of a pod use, as the kubelet of its node measured it.", ...kind("PodMetrics") }
  )
  return {
    ContainerMetrics,
    NodeMetrics,
    NodeMetricsList: named(
      name("NodeMetricsList"),
      Schema.Struct({
        ...typeMeta,
        metadata: listMetadata,
        items: required(Schema.Array(NodeMetrics), "The nodes, in the order of their names.")
      }),
      { description: "What nodes use.", ...kind("NodeMetricsList") }
    ),
    PodMetrics,
    PodMetricsList: named(
      name("PodMetricsList"),
      Schema.Struct({
        ...typeMeta,
        metadata: listMetadata,
        items: required(Schema.Array(PodMetrics), "The pods, in the order of their namespaces and names.")
      }),
      { description: "What the pods of one or all namespaces use.", ...kind("PodMetricsList") }
    )
  }
}
