/** Aggregated discovery as protobuf. */
import type {
  APIGroupDiscovery,
  APIGroupDiscoveryList,
  APIResourceDiscovery,
  APIVersionDiscovery
} from "../schema/AggregatedDiscovery.ts"
import { writeListMeta, writeMeta } from "./Meta.ts"
import { message, repeated, string, type Write } from "./Wire.ts"

export const writeGroupDiscoveryList: Write<APIGroupDiscoveryList> = (writer, { items, metadata }) =>
  repeated(message(writer, 1, writeListMeta, metadata), 2, writeGroup, items)

const writeGroup: Write<APIGroupDiscovery> = (writer, { metadata, versions }) =>
  repeated(message(writer, 1, writeMeta, metadata), 2, writeVersion, versions)

const writeVersion: Write<APIVersionDiscovery> = (writer, { freshness, resources, version }) =>
  string(repeated(string(writer, 1, version), 2, writeResource, resources), 3, freshness)

const writeResource: Write<APIResourceDiscovery> = (writer, resource) => {
  string(writer, 1, resource.resource)
  message(writer, 2, writeKind, resource.responseKind)
  string(writer, 3, resource.scope)
  string(writer, 4, resource.singularResource)
  for (const verb of resource.verbs) string(writer, 5, verb)
  return writer
}

const writeKind: Write<APIResourceDiscovery["responseKind"]> = (writer, { group, kind, version }) =>
  string(string(string(writer, 1, group), 2, version), 3, kind)
