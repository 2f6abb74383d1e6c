/** OpenAPI documents of the simulated API server: just enough for kubectl to find and explain its kinds. */
import { Option, Schema } from "effect"
import type { Resource } from "../ObjectStore.ts"
import { kinds } from "./Representation.ts"

const info = { title: "Kubernetes (simulated)", version: "v1.36.2" }

/** `/openapi/v2`. */
export const v2 = { swagger: "2.0", info, paths: {}, definitions: {} }

/** The same as protobuf, for clients that take nothing else: field 1 of the document is the version. */
export const v2Protobuf = Uint8Array.of(0x0a, 0x03, ...new TextEncoder().encode("2.0"))

const decodePaths = Schema.decodeUnknownOption(Schema.Struct({ paths: Schema.Record(Schema.String, Schema.Unknown) }))

/** `/openapi/v3`: where the document of each group version is; those of the metrics server are its own. */
export const v3Index = (ofMetricsServer: Option.Option<unknown>) => ({
  paths: {
    "api/v1": { serverRelativeURL: "/openapi/v3/api/v1" },
    ...Option.match(Option.flatMap(ofMetricsServer, decodePaths), {
      onNone: () => ({}),
      onSome: ({ paths }) =>
        Object.fromEntries(Object.entries(paths).filter(([path]) => path.startsWith("apis/metrics.k8s.io/")))
    })
  }
})

/** `/openapi/v3/api/v1`. */
export const v3Core = () => ({
  openapi: "3.0.0",
  info,
  paths: Object.fromEntries(
    Object.entries(kinds).map(([resource, kind]) => [
      `/api/v1/${resource}`,
      {
        get: {
          "x-kubernetes-action": "list",
          "x-kubernetes-group-version-kind": { group: "", version: "v1", kind },
          responses: {
            "200": { description: "OK", content: { "application/json": { schema: { $ref: schemaOf(kind) } } } }
          }
        }
      }
    ])
  ),
  components: {
    schemas: Object.fromEntries(
      Object.entries(kinds).map(([resource, kind]) => [
        `io.k8s.api.core.v1.${kind}`,
        {
          type: "object",
          description: descriptions[resource as Resource],
          properties: {
            apiVersion: { type: "string", description: "The versioned schema of this object." },
            kind: { type: "string", description: "The resource this object represents." },
            metadata: { type: "object", description: "Standard object metadata." },
            ...(resource === "configmaps"
              ? { data: { type: "object", description: "The configuration data." } }
              : {
                spec: { type: "object", description: "What is wanted." },
                status: { type: "object", description: "What is observed." }
              })
          },
          "x-kubernetes-group-version-kind": [{ group: "", version: "v1", kind }]
        }
      ])
    )
  }
})

const schemaOf = (kind: string) => `#/components/schemas/io.k8s.api.core.v1.${kind}`

const descriptions: Readonly<Record<Resource, string>> = {
  nodes: "A machine of the simulated cluster.",
  pods: "Containers that run together on a node of the simulated cluster.",
  namespaces: "A scope for names.",
  configmaps: "Configuration data for others to read."
}
