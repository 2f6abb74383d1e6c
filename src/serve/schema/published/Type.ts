/**
 * The words in which published types are written.
 *
 * A published type says every field that clients may meet under a name of Kubernetes, sent by us or not; the wire types
 * beside this folder say what we send.
 */
import { Schema } from "effect"

/** What OpenAPI says of a field besides its type and what it means. */
export interface Notes {
  /** Of a struct that Go cannot leave out. */
  readonly default?: object
  readonly "x-kubernetes-list-type"?: "atomic" | "map" | "set"
  readonly "x-kubernetes-list-map-keys"?: ReadonlyArray<string>
  readonly "x-kubernetes-patch-merge-key"?: string
  readonly "x-kubernetes-patch-strategy"?: "merge"
}

/** What OpenAPI says of a type with a name, besides its fields. */
export interface TypeNotes {
  readonly description: string
  readonly format?: "date-time"
  readonly "x-kubernetes-map-type"?: "atomic"
  readonly "x-kubernetes-group-version-kind"?: ReadonlyArray<GroupVersionKind>
}

export interface GroupVersionKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** A type that others refer to by its name. */
export const named = <S extends Schema.Top>(name: string, schema: S, notes: TypeNotes) =>
  schema.annotate({ identifier: name, ...notes })

/** A field that is always there. */
export const required = <S extends Schema.Top>(schema: S, description: string, notes: Notes = {}) =>
  schema.annotateKey({ description, ...notes })

/** A field that may be missing. */
export const optional = <S extends Schema.Top>(schema: S, description: string, notes: Notes = {}) =>
  required(Schema.optionalKey(schema), description, notes)

export const Text = Schema.String

/** A whole number that Go keeps in 64 bits. */
export const Int64 = Schema.Int.annotate({ format: "int64" })

export const Texts = Schema.Array(Schema.String)

/** Any text under any key. */
export const TextMap = Schema.Record(Schema.String, Schema.String)

/** A list that is replaced as a whole. */
export const atomic: Notes = { "x-kubernetes-list-type": "atomic" }

/** What an object says of its own type; the server knows without. */
export const typeMeta = {
  apiVersion: optional(Text, "Group and version of the type; of core types the version alone."),
  kind: optional(Text, "Name of the type, such as NodeMetrics.")
}
