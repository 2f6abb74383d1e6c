/** Wire types of API discovery (meta/v1): which groups, versions and resources there are. */
import { Schema } from "effect"

export const GroupVersionForDiscovery = Schema.Struct({
  groupVersion: Schema.String,
  version: Schema.String
})
export type GroupVersionForDiscovery = typeof GroupVersionForDiscovery.Type

export const ServerAddressByClientCIDR = Schema.Struct({
  clientCIDR: Schema.String,
  serverAddress: Schema.String
})
export type ServerAddressByClientCIDR = typeof ServerAddressByClientCIDR.Type

const group = {
  name: Schema.String,
  versions: Schema.Array(GroupVersionForDiscovery),
  preferredVersion: GroupVersionForDiscovery,
  serverAddressByClientCIDRs: Schema.optionalKey(Schema.Array(ServerAddressByClientCIDR))
}

/** A group as an element of the list of groups. */
export const GroupEntry = Schema.Struct(group)
export type GroupEntry = typeof GroupEntry.Type

export const APIGroup = Schema.Struct({
  kind: Schema.Literal("APIGroup"),
  apiVersion: Schema.Literal("v1"),
  ...group
})
export type APIGroup = typeof APIGroup.Type

/** Without an apiVersion: clients of Kubernetes 1.1 knew it so, and so it stayed. */
export const APIGroupList = Schema.Struct({
  kind: Schema.Literal("APIGroupList"),
  groups: Schema.Array(GroupEntry)
})
export type APIGroupList = typeof APIGroupList.Type

export const APIResource = Schema.Struct({
  name: Schema.String,
  singularName: Schema.String,
  namespaced: Schema.Boolean,
  kind: Schema.String,
  verbs: Schema.Array(Schema.String)
})
export type APIResource = typeof APIResource.Type

export const APIResourceList = Schema.Struct({
  kind: Schema.Literal("APIResourceList"),
  apiVersion: Schema.Literal("v1"),
  groupVersion: Schema.String,
  resources: Schema.Array(APIResource)
})
export type APIResourceList = typeof APIResourceList.Type
