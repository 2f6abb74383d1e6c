/** The API in OpenAPI 2, which is one document. */
import { createHash } from "node:crypto"
import type { Operation, Parameter } from "./OpenApiOperations.ts"
import { definitions, reference, type SchemaObject, sorted } from "./OpenApiSchemas.ts"
import type { GroupVersionKind } from "./schema/published/Type.ts"

export interface Document {
  readonly swagger: "2.0"
  readonly info: { readonly title: string; readonly version: string }
  readonly paths: Readonly<Record<string, PathItem>>
  readonly definitions: Readonly<Record<string, SchemaObject>>
  readonly parameters: Readonly<Record<string, ParameterObject>>
}

export interface PathItem {
  readonly get: OperationObject
  readonly parameters?: ReadonlyArray<ParameterObject | { readonly $ref: string }>
}

export interface OperationObject {
  readonly description: string
  readonly consumes: ReadonlyArray<string>
  readonly produces: ReadonlyArray<string>
  readonly schemes: ReadonlyArray<string>
  readonly tags: ReadonlyArray<string>
  readonly operationId: string
  readonly responses: Readonly<Record<string, { readonly description: string; readonly schema: SchemaObject }>>
  readonly "x-kubernetes-action"?: string
  readonly "x-kubernetes-group-version-kind"?: GroupVersionKind
}

export interface ParameterObject {
  readonly uniqueItems: true
  readonly type: Parameter["type"]
  readonly description: string
  readonly name: string
  readonly in: Parameter["in"]
  readonly required?: true
}

export const document = (info: Document["info"], operations: ReadonlyArray<Operation>): Document => ({
  swagger: "2.0",
  info,
  paths: sorted(operations.map((operation) => [operation.path, pathItem(operation)] as const)),
  definitions: definitions("v2", operations.map(({ response }) => response)),
  parameters: sorted(
    operations.flatMap(({ parameters }) => parameters.filter(isShared)).map((it) => [sharedName(it), parameter(it)])
  )
})

const pathItem = (operation: Operation): PathItem => ({
  get: {
    description: operation.description,
    consumes: operation.action === undefined ? operation.mediaTypes : ["*/*"],
    produces: operation.mediaTypes,
    schemes: ["https"],
    tags: [operation.tag],
    operationId: operation.operationId,
    responses: { "200": { description: "OK", schema: reference("v2", operation.response) } },
    ...(operation.action === undefined ? {} : {
      "x-kubernetes-action": operation.action.name,
      "x-kubernetes-group-version-kind": operation.action.on
    })
  },
  ...(operation.parameters.length === 0 ? {} : {
    parameters: operation.parameters.map((it) =>
      isShared(it) ? { $ref: `#/parameters/${sharedName(it)}` } : parameter(it)
    )
  })
})

const parameter = ({ description, in: place, name, type }: Parameter): ParameterObject => ({
  uniqueItems: true,
  type,
  description,
  name,
  in: place,
  ...(place === "path" ? { required: true } : {})
})

/** What a name names differs from path to path. */
const isShared = ({ name }: Parameter) => name !== "name"

/** With a hash of what it is, so that the aggregation layer may lay documents together. */
const sharedName = (it: Parameter) => {
  const hash = createHash("sha256").update(JSON.stringify(parameter(it))).digest("base64url")
  return `${it.name}-${hash.slice(0, 8)}`
}
