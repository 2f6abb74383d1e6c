/** A value of a wire type, and the forms it can be written in. */
import { Schema } from "effect"
import { SchemaJITCompiler } from "effect/schema"
import { encode, type Write } from "./protobuf/Wire.ts"

/** What the body of an answer says, not yet written. */
export interface Document {
  /** The value as its schema encodes it. */
  json(): unknown
  protobuf(): Uint8Array
  /** The same, compact JSON or protobuf, by a quicker hand: for what may be long. */
  pieces?(form: "json" | "protobuf"): Pieces
}

/** A body of which not all is there at once. */
export interface Pieces {
  readonly pieces: Iterable<Uint8Array>
  /** What comes before and after them; where `isCounted`, it depends on their length in all. */
  around(length: number): readonly [before: Uint8Array, after: Uint8Array]
  readonly isCounted: boolean
}

/** Makes documents of one wire type. Writing a value that is none of the type is a defect. */
export const ofType = <Value extends Typed>(schema: Schema.Codec<Value, unknown>, write: Write<Value>) => {
  SchemaJITCompiler.enable(Schema.flip(schema).ast)
  const toJson = Schema.encodeSync(schema)
  return (value: Value): Document => ({
    json: () => toJson(value),
    protobuf: () => encode({ apiVersion: value.apiVersion ?? "", kind: value.kind }, write, value)
  })
}

/** The same, for a type that has no protobuf form: to ask for it is a defect too. */
export const withoutProtobuf = <Value extends Typed>(schema: Schema.Codec<Value, unknown>) =>
  ofType(schema, (_, { kind }) => {
    throw new Error(`${kind} has no protobuf form`)
  })

interface Typed {
  readonly kind: string
  readonly apiVersion?: string
}
