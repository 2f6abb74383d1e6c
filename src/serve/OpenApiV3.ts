/** The API in OpenAPI 3, which is a document for every group, every version of it, and whatever else there is. */
import type { Operation, Parameter } from "./OpenApiOperations.ts"
import { definitions, reference, type SchemaObject, sorted } from "./OpenApiSchemas.ts"
import type { GroupVersionKind } from "./schema/published/Type.ts"

export interface Document {
  readonly openapi: "3.0.0"
  readonly info: { readonly title: string; readonly version: string }
  readonly paths: Readonly<Record<string, PathItem>>
  readonly components: { readonly schemas: Readonly<Record<string, SchemaObject>> }
}

export interface PathItem {
  readonly get: OperationObject
  readonly parameters?: ReadonlyArray<ParameterObject>
}

export interface OperationObject {
  readonly tags: ReadonlyArray<string>
  readonly description: string
  readonly operationId: string
  readonly responses: Readonly<Record<string, ResponseObject>>
  readonly "x-kubernetes-action"?: string
  readonly "x-kubernetes-group-version-kind"?: GroupVersionKind
}

export interface ResponseObject {
  readonly description: string
  readonly content: Readonly<Record<string, { readonly schema: SchemaObject }>>
}

export interface ParameterObject {
  readonly name: string
  readonly in: Parameter["in"]
  readonly description: string
  readonly required?: true
  readonly schema: SchemaObject
}

export const document = (info: Document["info"], operations: ReadonlyArray<Operation>): Document => ({
  openapi: "3.0.0",
  info,
  paths: sorted(operations.map((operation) => [operation.path, pathItem(operation)] as const)),
  components: { schemas: definitions("v3", operations.map(({ response }) => response)) }
})

const pathItem = (operation: Operation): PathItem => ({
  get: {
    tags: [operation.tag],
    description: operation.description,
    operationId: operation.operationId,
    responses: {
      "200": {
        description: "OK",
        content: sorted(
          operation.mediaTypes.map((mediaType) => [mediaType, { schema: reference("v3", operation.response) }] as const)
        )
      }
    },
    ...(operation.action === undefined ? {} : {
      "x-kubernetes-action": operation.action.name,
      "x-kubernetes-group-version-kind": operation.action.on
    })
  },
  ...(operation.parameters.length === 0 ? {} : { parameters: operation.parameters.map(parameter) })
})

const parameter = ({ description, in: place, name, type }: Parameter): ParameterObject => ({
  name,
  in: place,
  description,
  ...(place === "path" ? { required: true } : {}),
  schema: { type, uniqueItems: true }
})
