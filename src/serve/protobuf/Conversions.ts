/** What objects are converted to, as protobuf; tables have no such form. */
import { BinaryWriter } from "@bufbuild/protobuf/wire"
import type { PartialObjectMetadata, PartialObjectMetadataList } from "../schema/Conversions.ts"
import { writeListMeta, writeObjectMeta } from "./Meta.ts"
import { message, repeated, type Write } from "./Wire.ts"

export const writePartialObjectMetadata: Write<PartialObjectMetadata> = (writer, { metadata }) =>
  message(writer, 1, writeObjectMeta, metadata)

export const writePartialObjectMetadataList: Write<PartialObjectMetadataList> = (writer, { items, metadata }) =>
  writeItems(message(writer, 1, writeListMeta, metadata), items)

const writeItems: Write<ReadonlyArray<PartialObjectMetadata>> = (writer, items) =>
  repeated(writer, 2, writePartialObjectMetadata, items)

/** Some of a list's, by themselves: what stands one behind the other in a message is one list. */
export const writePartialObjectMetadataItems = (items: ReadonlyArray<PartialObjectMetadata>) =>
  writeItems(new BinaryWriter(), items).finish()
