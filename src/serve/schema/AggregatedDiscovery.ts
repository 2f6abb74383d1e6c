/** Wire types of aggregated discovery (apidiscovery.k8s.io/v2): groups, versions and resources in one document. */
import { Schema } from "effect"
import { ListMeta } from "./Meta.ts"

export const APIResourceDiscovery = Schema.Struct({
  resource: Schema.String,
  responseKind: Schema.Struct({ group: Schema.String, version: Schema.String, kind: Schema.String }),
  scope: Schema.Literals(["Cluster", "Namespaced"]),
  singularResource: Schema.String,
  verbs: Schema.Array(Schema.String)
})
export type APIResourceDiscovery = typeof APIResourceDiscovery.Type

export const APIVersionDiscovery = Schema.Struct({
  version: Schema.String,
  resources: Schema.Array(APIResourceDiscovery),
  /** Whether it is known to be true now, or from the last time that somebody answered. */
  freshness: Schema.Literals(["Current", "Stale"])
})
export type APIVersionDiscovery = typeof APIVersionDiscovery.Type

export const APIGroupDiscovery = Schema.Struct({
  metadata: Schema.Struct({ name: Schema.String }),
  versions: Schema.Array(APIVersionDiscovery)
})
export type APIGroupDiscovery = typeof APIGroupDiscovery.Type

export const APIGroupDiscoveryList = Schema.Struct({
  kind: Schema.Literal("APIGroupDiscoveryList"),
  apiVersion: Schema.Literal("apidiscovery.k8s.io/v2"),
  metadata: ListMeta,
  items: Schema.Array(APIGroupDiscovery)
})
export type APIGroupDiscoveryList = typeof APIGroupDiscoveryList.Type
