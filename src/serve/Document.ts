/** A value of a wire type, and the forms it can be written in. */
import { Iterable, Schema } from "effect"
import { SchemaJITCompiler } from "effect/schema"
import * as Pace from "./Pace.ts"
import { encode, type Write } from "./protobuf/Wire.ts"
import * as Text from "./Text.ts"

/** What the body of an answer says, not yet written. */
export interface Document {
  /** The value as its schema encodes it. */
  json(): unknown
  protobuf(): Uint8Array
  /** The same in a form, bit by bit: for what may be long. */
  pieces?(form: Form): Pieces | undefined
}

export type Form = Text.Form | "protobuf"

/** A body of which not all is there at once. */
export interface Pieces {
  readonly pieces: Iterable<Uint8Array>
  /** What comes before and after them; where `isCounted`, it depends on their length in all. */
  around(length: number): readonly [before: Uint8Array, after: Uint8Array]
  readonly isCounted: boolean
}

/** A list that may be long. */
export interface Many {
  /** Where in the document it is. */
  readonly member: "items" | "rows"
  /** Documents that have some of the items each, at least one, and are the same else. */
  readonly some: Iterable<Document>
}

/** A document of many items, of which there are some at a time. */
export const ofMany = <Item>(
  member: Many["member"],
  of: (items: ReadonlyArray<Item>) => Document,
  some: Iterable<ReadonlyArray<Item>>
): Document & Required<Pick<Document, "pieces">> => {
  const whole = () => of(Array.from(some).flat())
  const document: Document = { json: () => whole().json(), protobuf: () => whole().protobuf() }
  return {
    ...document,
    pieces: (form) =>
      form === "protobuf" ? undefined : {
        pieces: Pace.joined(Text.pieces(form, document, { member, some: Iterable.map(some, of) })),
        around: () => [nothing, nothing],
        isCounted: false
      }
  }
}

const nothing = new Uint8Array()

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
