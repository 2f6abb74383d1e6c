/** What the simulated API server says it can do: its own groups, and metrics.k8s.io as the metrics server tells. */
import { groupName as aggregatedName } from "../Aggregator.ts"
import * as Resources from "../Resources.ts"
import type { Versions } from "./AggregatedDiscovery.ts"

interface ApiResource {
  readonly name: string
  readonly kind: string
  readonly namespaced: boolean
  readonly shortNames?: ReadonlyArray<string>
  readonly verbs: ReadonlyArray<string>
}

interface GroupVersion {
  readonly group: string
  readonly version: string
  readonly resources: ReadonlyArray<ApiResource>
}

const readable = ["get", "list", "watch"]
const writable = ["create", "delete", "get", "list", "patch", "update", "watch"]

const review = (name: string, kind: string): ApiResource => ({ name, kind, namespaced: false, verbs: ["create"] })

/** The groups of the API server itself, each with its one version. */
const own: ReadonlyArray<GroupVersion> = [
  ...Array.from(
    Map.groupBy(Resources.names, (name) => Resources.types[name].group),
    ([group, names]): GroupVersion => ({
      group,
      version: Resources.types[names[0]!].version,
      resources: names.map((name) => {
        const { kind, namespaced, readOnly, shortNames } = Resources.types[name]
        return { name, kind, namespaced, verbs: readOnly ? readable : writable, ...(shortNames && { shortNames }) }
      })
    })
  ),
  {
    group: "authentication.k8s.io",
    version: "v1",
    resources: [review("selfsubjectreviews", "SelfSubjectReview"), review("tokenreviews", "TokenReview")]
  },
  {
    group: "authorization.k8s.io",
    version: "v1",
    resources: [
      review("selfsubjectaccessreviews", "SelfSubjectAccessReview"),
      review("subjectaccessreviews", "SubjectAccessReview")
    ]
  }
]

/** `/api` for those who know no aggregated discovery. */
export const legacyVersions = (address: string) => ({
  kind: "APIVersions",
  versions: ["v1"],
  serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: address }]
})

const legacyGroup = (name: string, versions: ReadonlyArray<string>) => {
  const listed = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }))
  return { name, versions: listed, preferredVersion: listed[0] }
}

/** `/apis` for those who know no aggregated discovery. */
export const legacyGroups = (aggregated: Versions) => ({
  kind: "APIGroupList",
  apiVersion: "v1",
  groups: [
    ...own.filter(({ group }) => group !== "").map(({ group, version }) => legacyGroup(group, [version])),
    ...(aggregated.length === 0 ? [] : [legacyGroup(aggregatedName, aggregated.map(({ version }) => version))])
  ]
})

/** `/apis/GROUP`, if there is such a group. */
export const group = (name: string, aggregated: Versions) => {
  const found = legacyGroups(aggregated).groups.find((group) => group.name === name)
  return found === undefined ? undefined : { kind: "APIGroup", apiVersion: "v1", ...found }
}

/** `/api/v1` and `/apis/GROUP/VERSION` of the groups that are not aggregated. */
export const resources = (groupName: string, version: string) => {
  const found = own.find((candidate) => candidate.group === groupName && candidate.version === version)
  if (found === undefined) return undefined
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: Resources.apiVersion(found),
    resources: found.resources.map((resource) => ({ singularName: resource.kind.toLowerCase(), ...resource }))
  }
}

/** `/api` as one document. */
export const aggregatedCore = () => discoveryList(own.filter(({ group }) => group === "").map(describe))

/** `/apis` as one document. */
export const aggregatedGroups = (aggregated: Versions) =>
  discoveryList([
    ...own.filter(({ group }) => group !== "").map(describe),
    ...(aggregated.length === 0
      ? []
      : [{ metadata: { name: aggregatedName, creationTimestamp: null }, versions: aggregated }])
  ])

const discoveryList = (items: ReadonlyArray<object>) => ({
  kind: "APIGroupDiscoveryList",
  apiVersion: "apidiscovery.k8s.io/v2",
  metadata: {},
  items
})

const describe = ({ group, resources, version }: (typeof own)[number]) => ({
  metadata: { ...(group === "" ? {} : { name: group }), creationTimestamp: null },
  versions: [{
    version,
    resources: resources.map(({ kind, name, namespaced, shortNames, verbs }) => ({
      resource: name,
      responseKind: { group, version, kind },
      scope: namespaced ? "Namespaced" : "Cluster",
      singularResource: kind.toLowerCase(),
      verbs,
      ...(shortNames === undefined ? {} : { shortNames })
    })),
    freshness: "Current"
  }]
})
