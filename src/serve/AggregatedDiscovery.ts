/** All of discovery in one answer (apidiscovery.k8s.io), which clients keep and only ask whether it changed. */
import type { Array } from "effect"
import { HttpServerResponse } from "effect/http"
import { createHash } from "node:crypto"
import * as Answer from "./Answer.ts"
import * as Document from "./Document.ts"
import type * as Negotiation from "./Negotiation.ts"
import { writeGroupDiscoveryList } from "./protobuf/AggregatedDiscovery.ts"
import { APIGroupDiscoveryList } from "./schema/AggregatedDiscovery.ts"
import { group, type Version } from "./schema/Metrics.ts"

/** Older versions of it are not offered, as in the original. */
export const offers: Negotiation.Offers = ({ group, kind, version }) =>
  group === "apidiscovery.k8s.io" && version === "v2" && kind === "APIGroupDiscoveryList"

export const make = (versions: Array.NonEmptyReadonlyArray<Version>) => {
  const document = listDocument({
    kind: "APIGroupDiscoveryList",
    apiVersion: "apidiscovery.k8s.io/v2",
    metadata: {},
    items: [{ metadata: { name: group }, versions: versions.map(versionEntry) }]
  })
  const hash = createHash("sha512").update(JSON.stringify(document.json())).digest("hex").toUpperCase()
  const headers = { etag: `"${hash}"`, "cache-control": "public", vary: "Accept" }

  /** The whole, or nothing for a client whose copy is the same. */
  return (negotiated: Negotiation.Negotiated, ifNoneMatch: string | undefined) =>
    ifNoneMatch === headers.etag
      ? HttpServerResponse.empty({ status: 304, headers })
      : Answer.document(document, negotiated, {
        contentType: `${negotiated.mediaType.name};g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList`
      }).pipe(HttpServerResponse.setHeaders(headers))
}

const listDocument = Document.ofType(APIGroupDiscoveryList, writeGroupDiscoveryList)

const versionEntry = (version: Version) => ({
  version,
  resources: [
    resource("nodes", "NodeMetrics", "Cluster"),
    resource("pods", "PodMetrics", "Namespaced")
  ],
  freshness: "Current" as const
})

const resource = (resource: string, kind: string, scope: "Cluster" | "Namespaced") => ({
  resource,
  // Group and version are those around it.
  responseKind: { group: "", version: "", kind },
  scope,
  singularResource: "",
  verbs: ["get", "list"]
})
