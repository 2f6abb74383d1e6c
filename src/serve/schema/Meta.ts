/** Wire types of meta/v1 that any answer may carry: times, metadata of objects and lists, and what went wrong. */
import { Schema, SchemaTransformation } from "effect"
import { formatTimestamp } from "../../Quantity.ts"

/** Milliseconds since the epoch; on the wire RFC 3339 in whole seconds. */
export const Time = Schema.String.pipe(
  Schema.decodeTo(
    Schema.Finite,
    SchemaTransformation.transform({ decode: Date.parse, encode: (millis) => formatSecond(Math.floor(millis / 1000)) })
  )
)

/** The times in a list are of a few seconds only, and writing one costs more than finding it. */
const formatSecond = (second: number) => {
  const known = written.get(second)
  if (known !== undefined) return known
  if (written.size >= 256) written.clear()
  const text = formatTimestamp(second * 1000)
  written.set(second, text)
  return text
}

const written = new Map<number, string>()

export const ObjectMeta = Schema.Struct({
  name: Schema.String,
  namespace: Schema.optionalKey(Schema.String),
  creationTimestamp: Time,
  labels: Schema.optionalKey(Schema.Record(Schema.String, Schema.String))
})
export type ObjectMeta = typeof ObjectMeta.Type

/** Our lists are snapshots of what changes by itself: there is no version to resume from and no next page. */
export const ListMeta = Schema.Struct({})

export const StatusCause = Schema.Struct({
  reason: Schema.optionalKey(Schema.String),
  message: Schema.optionalKey(Schema.String),
  field: Schema.optionalKey(Schema.String)
})
export type StatusCause = typeof StatusCause.Type

export const StatusDetails = Schema.Struct({
  name: Schema.optionalKey(Schema.String),
  group: Schema.optionalKey(Schema.String),
  kind: Schema.optionalKey(Schema.String),
  causes: Schema.optionalKey(Schema.Array(StatusCause)),
  retryAfterSeconds: Schema.optionalKey(Schema.Int)
})
export type StatusDetails = typeof StatusDetails.Type

/** Why a request failed. */
export const Status = Schema.Struct({
  kind: Schema.Literal("Status"),
  apiVersion: Schema.Literal("v1"),
  metadata: ListMeta,
  status: Schema.Literal("Failure"),
  message: Schema.String,
  reason: Schema.String,
  details: Schema.optionalKey(StatusDetails),
  code: Schema.Int
})
export type Status = typeof Status.Type

/** What stands at the root and under every path that nobody serves. */
export const RootPaths = Schema.Struct({ paths: Schema.Array(Schema.String) })

/** Which program answers. */
export const VersionInfo = Schema.Struct({
  major: Schema.String,
  minor: Schema.String,
  gitVersion: Schema.String
})
