/** Published types of discovery, and of the version of the server. */
import { Schema } from "effect"
import { atomic, named, optional, required, Text, Texts, typeMeta } from "./Type.ts"

const name = (type: string) => `io.k8s.apimachinery.pkg.apis.meta.v1.${type}`

const kind = (kind: string) => ({ "x-kubernetes-group-version-kind": [{ group: "", version: "v1", kind }] })

const GroupVersionForDiscovery = named(
  name("GroupVersionForDiscovery"),
  Schema.Struct({
    groupVersion: required(Text, "Group and version, as objects say them in their apiVersion."),
    version: required(Text, "The version alone.")
  }),
  { description: "A version that a group is served in." }
)

const ServerAddressByClientCIDR = named(
  name("ServerAddressByClientCIDR"),
  Schema.Struct({
    clientCIDR: required(Text, "From where the address can be reached."),
    serverAddress: required(Text, "Host, port or both.")
  }),
  { description: "An address of the server, for clients of one network." }
)

export const APIGroup = named(
  name("APIGroup"),
  Schema.Struct({
    ...typeMeta,
    name: required(Text, "Name of the group: metrics.k8s.io."),
    preferredVersion: optional(GroupVersionForDiscovery, "What clients ask for that do not care.", { default: {} }),
    serverAddressByClientCIDRs: optional(
      Schema.Array(ServerAddressByClientCIDR),
      "Where to reach the server; without it, where it was reached.",
      atomic
    ),
    versions: required(Schema.Array(GroupVersionForDiscovery), "All that it is served in.", atomic)
  }),
  { description: "A group of the API, and its versions.", ...kind("APIGroup") }
)

export const APIGroupList = named(
  name("APIGroupList"),
  Schema.Struct({ ...typeMeta, groups: required(Schema.Array(APIGroup), "The groups.", atomic) }),
  { description: "The groups that the server serves.", ...kind("APIGroupList") }
)

const APIResource = named(
  name("APIResource"),
  Schema.Struct({
    name: required(Text, "The resource, as it stands in paths: nodes, pods."),
    singularName: required(Text, "Word for one; empty: the kind, in lower case."),
    namespaced: required(Schema.Boolean, "Its objects are in namespaces."),
    group: optional(Text, "Group of its objects, where it is not that of the list."),
    version: optional(Text, "Version of its objects, where it is not that of the list."),
    kind: required(Text, "Kind of its objects."),
    verbs: required(Texts, "What can be done: get and list."),
    shortNames: optional(Texts, "Shorter words for it.", atomic),
    categories: optional(Texts, "Words for several resources at once, such as all.", atomic),
    storageVersionHash: optional(Text, "Tells apart the versions that objects are stored in. Metrics are not stored.")
  }),
  { description: "A resource, and what can be done with it." }
)

export const APIResourceList = named(
  name("APIResourceList"),
  Schema.Struct({
    ...typeMeta,
    groupVersion: required(Text, "Whose resources these are."),
    resources: required(Schema.Array(APIResource), "The resources.", atomic)
  }),
  { description: "The resources of one version of a group.", ...kind("APIResourceList") }
)

export const VersionInfo = named(
  "io.k8s.apimachinery.pkg.version.Info",
  Schema.Struct({
    major: required(Text, "Major version."),
    minor: required(Text, "Minor version."),
    emulationMajor: optional(Text, "Major version it behaves as."),
    emulationMinor: optional(Text, "Minor version it behaves as."),
    minCompatibilityMajor: optional(Text, "Major version of the oldest that it goes with."),
    minCompatibilityMinor: optional(Text, "Minor version of the oldest that it goes with."),
    gitVersion: required(Text, "The version in full: v1.2.3."),
    gitCommit: required(Text, "From which commit."),
    gitTreeState: required(Text, "Whether with changes since: clean or dirty."),
    buildDate: required(Text, "When it was built."),
    goVersion: required(Text, "Of the Go that it was built with, if it was."),
    compiler: required(Text, "By which compiler."),
    platform: required(Text, "Operating system and architecture it runs on.")
  }),
  { description: "Which program answers." }
)
