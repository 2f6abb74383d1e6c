/** What objects are converted to, as protobuf; tables have no such form. */
import type { PartialObjectMetadata, PartialObjectMetadataList } from "../schema/Conversions.ts"
import { writeListMeta, writeObjectMeta } from "./Meta.ts"
import { message, repeated, type Write } from "./Wire.ts"

export const writePartialObjectMetadata: Write<PartialObjectMetadata> = (writer, { metadata }) =>
  message(writer, 1, writeObjectMeta, metadata)

export const writePartialObjectMetadataList: Write<PartialObjectMetadataList> = (writer, { items, metadata }) =>
  repeated(message(writer, 1, writeListMeta, metadata), 2, writePartialObjectMetadata, items)
