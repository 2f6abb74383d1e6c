/** meta/v1 as protobuf. */
import type { ObjectMeta, Status, StatusCause, StatusDetails } from "../schema/Meta.ts"
import { entry, integer, message, repeated, string, type Write } from "./Wire.ts"

/** Seconds alone, although the message could say nanoseconds: JSON could not. */
export const writeTime: Write<number> = (writer, millis) => integer(integer(writer, 1, Math.floor(millis / 1000)), 2, 0)

/** Of objects that were not created, such as a group, the time is there and empty. */
export const writeMeta: Write<Omit<ObjectMeta, "creationTimestamp"> & { readonly creationTimestamp?: number }> = (
  writer,
  meta
) => {
  string(writer, 1, meta.name)
  string(writer, 2, "") // generateName
  string(writer, 3, meta.namespace ?? "")
  string(writer, 4, "") // selfLink
  string(writer, 5, "") // uid
  string(writer, 6, "") // resourceVersion
  integer(writer, 7, 0) // generation
  message(writer, 8, meta.creationTimestamp === undefined ? writeNothing : writeTime, meta.creationTimestamp ?? 0)
  return writeLabels(writer, meta.labels ?? {})
}

/** The fields of an object's metadata that are its labels. */
export const writeLabels: Write<Readonly<Record<string, string>>> = (writer, labels) => {
  for (const [key, value] of Object.entries(labels)) entry(writer, 11, key, (writer) => string(writer, 2, value))
  return writer
}

const writeNothing: Write<unknown> = (writer) => writer

export const writeObjectMeta: Write<ObjectMeta> = writeMeta

/** selfLink, resourceVersion and continue: of our lists there is nothing to say. */
export const writeListMeta: Write<unknown> = (writer) => string(string(string(writer, 1, ""), 2, ""), 3, "")

export const writeStatus: Write<Status> = (writer, status) => {
  message(writer, 1, writeListMeta, status.metadata)
  string(writer, 2, status.status)
  string(writer, 3, status.message)
  string(writer, 4, status.reason)
  if (status.details !== undefined) message(writer, 5, writeStatusDetails, status.details)
  return integer(writer, 6, status.code)
}

const writeStatusDetails: Write<StatusDetails> = (writer, details) => {
  string(writer, 1, details.name ?? "")
  string(writer, 2, details.group ?? "")
  string(writer, 3, details.kind ?? "")
  repeated(writer, 4, writeStatusCause, details.causes ?? [])
  integer(writer, 5, details.retryAfterSeconds ?? 0)
  return string(writer, 6, "") // uid
}

const writeStatusCause: Write<StatusCause> = (writer, { field, message, reason }) =>
  string(string(string(writer, 1, reason ?? ""), 2, message ?? ""), 3, field ?? "")
