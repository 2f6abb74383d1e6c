/** OpenAPI documents of the simulated API server: just enough for kubectl to find, explain and write its kinds. */
import { Option, Schema } from "effect"
import { groupName } from "../Aggregator.ts"
import * as Resources from "../Resources.ts"

const info = { title: "Kubernetes (simulated)", version: "v1.36.2" }

/** `/openapi/v2`. */
export const v2 = { swagger: "2.0", info, paths: {}, definitions: {} }

/** The same as protobuf, for clients that take nothing else: field 1 of the document is the version. */
export const v2Protobuf = Uint8Array.of(0x0a, 0x03, ...new TextEncoder().encode("2.0"))

const decodePaths = Schema.decodeUnknownOption(Schema.Struct({ paths: Schema.Record(Schema.String, Schema.Unknown) }))

/** `api/v1`, `apis/GROUP/VERSION`. */
const pathOf = ({ group, version }: Resources.ResourceType) =>
  group === "" ? `api/${version}` : `apis/${group}/${version}`

const byPath = Map.groupBy(Resources.names, (name) => pathOf(Resources.types[name]))

/** `/openapi/v3`: where the document of each group version is; those of the metrics server are its own. */
export const v3Index = (ofMetricsServer: Option.Option<unknown>) => ({
  paths: {
    ...Object.fromEntries(Array.from(byPath.keys(), (path) => [path, { serverRelativeURL: `/openapi/v3/${path}` }])),
    ...Option.match(Option.flatMap(ofMetricsServer, decodePaths), {
      onNone: () => ({}),
      onSome: ({ paths }) =>
        Object.fromEntries(Object.entries(paths).filter(([path]) => path.startsWith(`apis/${groupName}/`)))
    })
  }
})

/** The document of a group version, by its path below `/openapi/v3/`. */
export const v3 = (path: string) => {
  const names = byPath.get(path)
  if (names === undefined) return undefined
  const types = names.map((name) => ({ name, ...Resources.types[name] }))
  return {
    openapi: "3.0.0",
    info,
    paths: Object.fromEntries(types.flatMap((type) => [
      [`/${path}/${type.name}`, { get: operation("list", type) }],
      [`/${path}/${type.name}/{name}`, { patch: { ...operation("patch", type), parameters: [fieldValidation] } }]
    ])),
    components: { schemas: Object.fromEntries(types.map((type) => [schemaName(type), schemaOf(type)])) }
  }
}

/** Without it kubectl would look for whole schemas to validate by, before it writes anything. */
const fieldValidation = { name: "fieldValidation", in: "query", schema: { type: "string" } }

const schemaName = ({ group, kind, version }: Resources.ResourceType) =>
  `io.k8s.api.${group === "" ? "core" : group}.${version}.${kind}`

const operation = (action: string, type: Resources.ResourceType) => ({
  "x-kubernetes-action": action,
  "x-kubernetes-group-version-kind": groupVersionKind(type),
  responses: {
    "200": {
      description: "OK",
      content: { "application/json": { schema: { $ref: `#/components/schemas/${schemaName(type)}` } } }
    }
  }
})

const groupVersionKind = ({ group, kind, version }: Resources.ResourceType) => ({ group, version, kind })

const schemaOf = (type: Resources.ResourceType) => ({
  type: "object",
  description: `A ${type.kind} of the simulated cluster.`,
  properties: {
    apiVersion: { type: "string", description: "The versioned schema of this object." },
    kind: { type: "string", description: "The resource this object represents." },
    metadata: { type: "object", description: "Standard object metadata." },
    ...(type.kind === "ConfigMap"
      ? { data: { type: "object", description: "The configuration data." } }
      : {
        spec: { type: "object", description: "What is wanted." },
        status: { type: "object", description: "What is observed." }
      })
  },
  "x-kubernetes-group-version-kind": [groupVersionKind(type)]
})
