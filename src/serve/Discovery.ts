/** What clients discover: the group, its versions, and their resources. */
import type { Array } from "effect"
import * as Document from "./Document.ts"
import { writeGroup, writeGroupList, writeResourceList } from "./protobuf/Discovery.ts"
import { APIGroup, APIGroupList, APIResourceList, type GroupEntry } from "./schema/Discovery.ts"
import { group, groupVersion, type Version } from "./schema/Metrics.ts"

/** `/apis` */
export const groupList = (versions: Array.NonEmptyReadonlyArray<Version>) =>
  groupListDocument({
    kind: "APIGroupList",
    groups: [{
      ...entry(versions),
      // Where to reach us: clients do not look, and the original says it so.
      serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: ":443" }]
    }]
  })

/** `/apis/metrics.k8s.io` */
export const apiGroup = (versions: Array.NonEmptyReadonlyArray<Version>) =>
  groupDocument({ kind: "APIGroup", apiVersion: "v1", ...entry(versions) })

/** `/apis/metrics.k8s.io/{version}` */
export const resourceList = (version: Version) =>
  resourceListDocument({
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: groupVersion(version),
    resources: [
      { name: "nodes", singularName: "", namespaced: false, kind: "NodeMetrics", verbs: ["get", "list"] },
      { name: "pods", singularName: "", namespaced: true, kind: "PodMetrics", verbs: ["get", "list"] }
    ]
  })

const groupListDocument = Document.ofType(APIGroupList, writeGroupList)
const groupDocument = Document.ofType(APIGroup, writeGroup)
const resourceListDocument = Document.ofType(APIResourceList, writeResourceList)

/** The first version is the preferred one. */
const entry = (versions: Array.NonEmptyReadonlyArray<Version>): GroupEntry => ({
  name: group,
  versions: versions.map(versionEntry),
  preferredVersion: versionEntry(versions[0])
})

const versionEntry = (version: Version) => ({ groupVersion: groupVersion(version), version })
