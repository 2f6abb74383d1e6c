/** OpenAPI 3 as protobuf, fields numbered as in gnostic's OpenAPIv3.proto. */
import type { SchemaObject } from "../OpenApiSchemas.ts"
import type { Document, OperationObject, ParameterObject, PathItem, ResponseObject } from "../OpenApiV3.ts"
import { extensions, flag, map, optionalMessage, optionalText, texts, writeMap } from "./OpenApi.ts"
import { boolean, message, repeated, string, type Write } from "./Wire.ts"

export const writeDocument: Write<Document> = (writer, document) => {
  string(writer, 1, document.openapi)
  message(writer, 2, writeInfo, document.info)
  message(writer, 4, writePaths, document.paths)
  return message(writer, 5, writeComponents, document.components)
}

const writeInfo: Write<Document["info"]> = (writer, { title, version }) => string(string(writer, 1, title), 6, version)

const writePaths: Write<Document["paths"]> = (writer, paths) => map(writer, 1, writePathItem, paths)

const writeComponents: Write<Document["components"]> = (writer, { schemas }) =>
  message(writer, 1, writeMap(writeSchemaOrReference), schemas)

const writePathItem: Write<PathItem> = (writer, { get, parameters = [] }) =>
  repeated(message(writer, 4, writeOperation, get), 13, writeParameterOrReference, parameters)

const writeOperation: Write<OperationObject> = (writer, operation) => {
  texts(writer, 1, operation.tags)
  string(writer, 3, operation.description)
  string(writer, 5, operation.operationId)
  message(writer, 8, writeResponses, operation.responses)
  return extensions(writer, 13, operation)
}

const writeResponses: Write<OperationObject["responses"]> = (writer, responses) =>
  map(writer, 2, writeResponseOrReference, responses)

const writeResponseOrReference: Write<ResponseObject> = (writer, response) =>
  message(writer, 1, writeResponse, response)

const writeResponse: Write<ResponseObject> = (writer, { content, description }) =>
  message(string(writer, 1, description), 3, writeMap(writeMediaType), content)

const writeMediaType: Write<{ readonly schema: SchemaObject }> = (writer, { schema }) =>
  message(writer, 1, writeSchemaOrReference, schema)

const writeParameterOrReference: Write<ParameterObject> = (writer, it) => message(writer, 1, writeParameter, it)

const writeParameter: Write<ParameterObject> = (writer, it) => {
  string(writer, 1, it.name)
  string(writer, 2, it.in)
  string(writer, 3, it.description)
  flag(writer, 4, it.required)
  return message(writer, 10, writeSchemaOrReference, it.schema)
}

const writeSchemaOrReference: Write<SchemaObject> = (writer, schema) =>
  schema.$ref === undefined
    ? message(writer, 1, writeSchema, schema)
    : message(writer, 2, writeReference, schema.$ref)

const writeReference: Write<string> = (writer, reference) => string(writer, 1, reference)

const writeSchema: Write<SchemaObject> = (writer, schema) => {
  flag(writer, 20, schema.uniqueItems)
  texts(writer, 23, schema.required)
  optionalText(writer, 25, schema.type)
  repeated(writer, 26, writeSchemaOrReference, schema.allOf ?? [])
  repeated(writer, 27, writeSchemaOrReference, schema.oneOf ?? [])
  optionalMessage(writer, 30, writeItems, schema.items)
  optionalMessage(writer, 31, writeMap(writeSchemaOrReference), schema.properties)
  optionalMessage(writer, 32, writeItems, schema.additionalProperties)
  optionalMessage(writer, 33, writeDefault, schema.default)
  optionalText(writer, 34, schema.description)
  optionalText(writer, 35, schema.format)
  return extensions(writer, 36, schema)
}

const writeItems: Write<SchemaObject> = (writer, schema) => message(writer, 1, writeSchemaOrReference, schema)

/** A number, a boolean or a text; of an object, which gnostic has no word for, that there is one. */
const writeDefault: Write<unknown> = (writer, value) => {
  if (typeof value === "boolean") return boolean(writer, 2, value)
  return typeof value === "string" ? string(writer, 3, value) : writer
}
