/** metrics.k8s.io as protobuf; v1 and v1beta1 are the same. */
import type { BinaryWriter } from "@bufbuild/protobuf/wire"
import { formatBytes, formatCpu } from "../../Quantity.ts"
import type { ContainerMetrics, NodeItem, PodItem, Usage } from "../schema/Metrics.ts"
import { writeListMeta, writeObjectMeta, writeTime } from "./Meta.ts"
import { entry, integer, message, repeated, string, type Write } from "./Wire.ts"

/** Nanoseconds. */
const writeDuration: Write<number> = (writer, millis) => integer(writer, 1, Math.round(millis * 1e6))

const writeQuantity: Write<string> = (writer, quantity) => string(writer, 1, quantity)

const usage = (writer: BinaryWriter, field: number, { cpu, memory, swap }: Usage) => {
  quantity(writer, field, "cpu", formatCpu(cpu))
  quantity(writer, field, "memory", formatBytes(memory))
  return swap === undefined ? writer : quantity(writer, field, "swap", formatBytes(swap))
}

const quantity = (writer: BinaryWriter, field: number, resource: string, value: string) =>
  entry(writer, field, resource, (writer) => message(writer, 2, writeQuantity, value))

const writeContainer: Write<ContainerMetrics> = (writer, container) =>
  usage(string(writer, 1, container.name), 2, container.usage)

export const writeNode: Write<NodeItem> = (writer, node) => {
  message(writer, 1, writeObjectMeta, node.metadata)
  message(writer, 2, writeTime, node.timestamp)
  message(writer, 3, writeDuration, node.window)
  return usage(writer, 4, node.usage)
}

export const writePod: Write<PodItem> = (writer, pod) => {
  message(writer, 1, writeObjectMeta, pod.metadata)
  message(writer, 2, writeTime, pod.timestamp)
  message(writer, 3, writeDuration, pod.window)
  return repeated(writer, 4, writeContainer, pod.containers)
}

export const writeList = <A>(write: Write<A>): Write<{ readonly items: ReadonlyArray<A> }> => (writer, { items }) =>
  repeated(message(writer, 1, writeListMeta, undefined), 2, write, items)
