/** OpenAPI 2 as protobuf, fields numbered as in gnostic's OpenAPIv2.proto. */
import type { SchemaObject } from "../OpenApiSchemas.ts"
import type { Document, OperationObject, ParameterObject, PathItem } from "../OpenApiV2.ts"
import { extensions, flag, map, optionalMessage, optionalText, texts, writeMap } from "./OpenApi.ts"
import { message, repeated, string, type Write } from "./Wire.ts"

export const writeDocument: Write<Document> = (writer, document) => {
  string(writer, 1, document.swagger)
  message(writer, 2, writeInfo, document.info)
  message(writer, 8, writePaths, document.paths)
  message(writer, 9, writeMap(writeSchema), document.definitions)
  return message(writer, 10, writeMap(writeParameter), document.parameters)
}

const writeInfo: Write<Document["info"]> = (writer, { title, version }) => string(string(writer, 1, title), 2, version)

const writePaths: Write<Document["paths"]> = (writer, paths) => map(writer, 2, writePathItem, paths)

const writePathItem: Write<PathItem> = (writer, { get, parameters = [] }) =>
  repeated(message(writer, 2, writeOperation, get), 9, writeParameterOrReference, parameters)

const writeOperation: Write<OperationObject> = (writer, operation) => {
  texts(writer, 1, operation.tags)
  string(writer, 3, operation.description)
  string(writer, 5, operation.operationId)
  texts(writer, 6, operation.produces)
  texts(writer, 7, operation.consumes)
  message(writer, 9, writeResponses, operation.responses)
  texts(writer, 10, operation.schemes)
  return extensions(writer, 13, operation)
}

type Responses = OperationObject["responses"]

const writeResponses: Write<Responses> = (writer, responses) => map(writer, 1, writeResponseOrReference, responses)

const writeResponseOrReference: Write<Responses[string]> = (writer, response) =>
  message(writer, 1, writeResponse, response)

const writeResponse: Write<Responses[string]> = (writer, { description, schema }) =>
  message(string(writer, 1, description), 2, writeSchemaOrFile, schema)

const writeSchemaOrFile: Write<SchemaObject> = (writer, schema) => message(writer, 1, writeSchema, schema)

const writeParameterOrReference: Write<ParameterObject | { readonly $ref: string }> = (writer, it) =>
  "$ref" in it ? message(writer, 2, writeReference, it) : message(writer, 1, writeParameter, it)

const writeReference: Write<{ readonly $ref: string }> = (writer, { $ref }) => string(writer, 1, $ref)

/** A parameter, not of the body, and of the query or of the path. */
const writeParameter: Write<ParameterObject> = (writer, it) => message(writer, 2, writeNonBodyParameter, it)

const writeNonBodyParameter: Write<ParameterObject> = (writer, it) =>
  message(writer, it.in === "query" ? 3 : 4, writeFields, it)

const writeFields: Write<ParameterObject> = (writer, it) => {
  // A query's parameter may be empty, and the field that would say so moves the later ones on.
  const moved = it.in === "query" ? 1 : 0
  flag(writer, 1, it.required)
  string(writer, 2, it.in)
  string(writer, 3, it.description)
  string(writer, 4, it.name)
  string(writer, 5 + moved, it.type)
  return flag(writer, 19 + moved, it.uniqueItems)
}

const writeSchema: Write<SchemaObject> = (writer, schema) => {
  optionalText(writer, 1, schema.$ref)
  optionalText(writer, 2, schema.format)
  optionalText(writer, 4, schema.description)
  texts(writer, 19, schema.required)
  optionalMessage(writer, 21, writeSchemaOrFile, schema.additionalProperties)
  optionalMessage(writer, 22, writeType, schema.type)
  optionalMessage(writer, 23, writeSchemaOrFile, schema.items)
  optionalMessage(writer, 25, writeMap(writeSchema), schema.properties)
  return extensions(writer, 31, schema)
}

const writeType: Write<string> = (writer, type) => string(writer, 1, type)
