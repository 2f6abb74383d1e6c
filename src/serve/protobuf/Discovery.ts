/** API discovery as protobuf. */
import type {
  APIGroupList,
  APIResource,
  APIResourceList,
  GroupEntry,
  GroupVersionForDiscovery,
  ServerAddressByClientCIDR
} from "../schema/Discovery.ts"
import { boolean, message, repeated, string, type Write } from "./Wire.ts"

const writeGroupVersion: Write<GroupVersionForDiscovery> = (writer, { groupVersion, version }) =>
  string(string(writer, 1, groupVersion), 2, version)

const writeServerAddress: Write<ServerAddressByClientCIDR> = (writer, { clientCIDR, serverAddress }) =>
  string(string(writer, 1, clientCIDR), 2, serverAddress)

export const writeGroup: Write<GroupEntry> = (writer, group) => {
  string(writer, 1, group.name)
  repeated(writer, 2, writeGroupVersion, group.versions)
  message(writer, 3, writeGroupVersion, group.preferredVersion)
  return repeated(writer, 4, writeServerAddress, group.serverAddressByClientCIDRs ?? [])
}

export const writeGroupList: Write<APIGroupList> = (writer, { groups }) => repeated(writer, 1, writeGroup, groups)

export const writeResourceList: Write<APIResourceList> = (writer, { groupVersion, resources }) =>
  repeated(string(writer, 1, groupVersion), 2, writeResource, resources)

const writeResource: Write<APIResource> = (writer, resource) => {
  string(writer, 1, resource.name)
  boolean(writer, 2, resource.namespaced)
  string(writer, 3, resource.kind)
  message(writer, 4, writeVerbs, resource.verbs)
  string(writer, 6, resource.singularName)
  string(writer, 8, "") // group: that of the list
  string(writer, 9, "") // version: that of the list
  return string(writer, 10, "") // storageVersionHash
}

const writeVerbs: Write<ReadonlyArray<string>> = (writer, verbs) => {
  for (const verb of verbs) string(writer, 1, verb)
  return writer
}
