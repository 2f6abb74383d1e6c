/** How a stored object looks on the wire: whole, as metadata only, or as a row of a table. */
import { timestamp } from "../Objects.ts"
import type { Stored } from "../ObjectStore.ts"
import * as Resources from "../Resources.ts"
import type { Shape } from "./ApiRequest.ts"
import * as Table from "./Table.ts"

export const metadata = (object: Stored) => ({
  name: object.name,
  ...(object.namespace === "" ? {} : { namespace: object.namespace }),
  uid: object.uid,
  resourceVersion: String(object.resourceVersion),
  creationTimestamp: timestamp(object.createdAt),
  ...(isEmpty(object.labels) ? {} : { labels: object.labels }),
  ...(isEmpty(object.annotations ?? {}) ? {} : { annotations: object.annotations }),
  managedFields: [{
    manager: "kubelet",
    operation: "Update",
    apiVersion: "v1",
    time: timestamp(object.createdAt),
    fieldsType: "FieldsV1",
    fieldsV1: { "f:status": { "f:conditions": {} } },
    subresource: "status"
  }]
})

const isEmpty = (record: Readonly<Record<string, string>>) => Object.keys(record).length === 0

/** An object alone, or in an event of a watch. */
export const object = (object: Stored, shape: Shape, now: number) => {
  switch (shape) {
    case "PartialObjectMetadata":
      return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: metadata(object) }
    case "Table":
      return {
        kind: "Table",
        apiVersion: "meta.k8s.io/v1",
        metadata: { resourceVersion: String(object.resourceVersion) },
        columnDefinitions: Table.columns(object.resource),
        rows: [row(object, now)]
      }
    default:
      return { ...typeOf(object.resource), metadata: metadata(object), ...object.body() }
  }
}

/** What a list of that shape is, apart from its items; and what each item is. */
export const list = (resource: Resources.Resource, shape: Shape, now: number) => {
  switch (shape) {
    case "PartialObjectMetadata":
      return {
        head: { kind: "PartialObjectMetadataList", apiVersion: "meta.k8s.io/v1" },
        items: "items",
        item: (object: Stored): object => ({ metadata: metadata(object) })
      }
    case "Table":
      return {
        head: { kind: "Table", apiVersion: "meta.k8s.io/v1", columnDefinitions: Table.columns(resource) },
        items: "rows",
        item: (object: Stored): object => row(object, now)
      }
    default:
      return {
        head: { ...typeOf(resource), kind: `${Resources.types[resource].kind}List` },
        items: "items",
        item: (object: Stored): object => ({ metadata: metadata(object), ...object.body() })
      }
  }
}

/** An object of the shape that carries nothing but a version. */
export const bookmark = (resource: Resources.Resource, shape: Shape, resourceVersion: number) => ({
  ...(shape === "PartialObjectMetadata"
    ? { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1" }
    : shape === "Table"
    ? { kind: "Table", apiVersion: "meta.k8s.io/v1", columnDefinitions: null, rows: [] }
    : typeOf(resource)),
  metadata: { resourceVersion: String(resourceVersion), creationTimestamp: null }
})

const typeOf = (resource: Resources.Resource) => ({
  kind: Resources.types[resource].kind,
  apiVersion: Resources.apiVersion(Resources.types[resource])
})

const row = (object: Stored, now: number) => ({
  cells: Table.cells(object, now),
  object: { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: metadata(object) }
})
