/** Wire types that objects are converted to when clients ask for them: tables for people, metadata for caches. */
import { Schema } from "effect"
import { ListMeta, ObjectMeta } from "./Meta.ts"

/** Field for field the same. */
export const apiVersions = ["meta.k8s.io/v1", "meta.k8s.io/v1beta1"] as const
export type ApiVersion = (typeof apiVersions)[number]

const typed = <const Kind extends string>(kind: Kind) => ({
  kind: Schema.Literal(kind),
  apiVersion: Schema.Literals(apiVersions)
})

export const PartialObjectMetadata = Schema.Struct({ ...typed("PartialObjectMetadata"), metadata: ObjectMeta })
export type PartialObjectMetadata = typeof PartialObjectMetadata.Type

export const PartialObjectMetadataList = Schema.Struct({
  ...typed("PartialObjectMetadataList"),
  metadata: ListMeta,
  items: Schema.Array(PartialObjectMetadata)
})
export type PartialObjectMetadataList = typeof PartialObjectMetadataList.Type

export const TableColumn = Schema.Struct({
  name: Schema.String,
  type: Schema.Literal("string"),
  format: Schema.Literals(["name", "quantity", "duration"]),
  description: Schema.String,
  /** 0: shown always, not only with `-o wide`. */
  priority: Schema.Int
})
export type TableColumn = typeof TableColumn.Type

/** A table whose rows may hold the whole objects that they are about. */
export const tableOf = <Item>(item: Schema.Codec<Item, unknown>) =>
  Schema.Struct({
    ...typed("Table"),
    metadata: ListMeta,
    columnDefinitions: Schema.NullOr(Schema.Array(TableColumn)),
    rows: Schema.NullOr(Schema.Array(Schema.Struct({
      cells: Schema.Array(Schema.String),
      object: Schema.NullOr(Schema.Union([PartialObjectMetadata, item]))
    })))
  })
