/** Exchanges with the original that were recorded on a cluster of known usage. Times are equal, bodies are kept once. */
import { Schema } from "effect"
import { readFileSync } from "node:fs"
import * as Cluster from "../../src/simulate/Cluster.ts"

const Headers = Schema.Record(Schema.String, Schema.String)

const Body = Schema.Union([
  Schema.Struct({ json: Schema.Json, indented: Schema.optionalKey(Schema.Literal(true)) }),
  Schema.Struct({ yaml: Schema.String }),
  Schema.Struct({ base64: Schema.String }),
  Schema.Struct({ text: Schema.String })
])
export type Body = typeof Body.Type

const Exchange = Schema.Struct({
  name: Schema.String,
  /** Who asked. */
  auth: Schema.String,
  method: Schema.String,
  path: Schema.String,
  http1: Schema.optionalKey(Schema.Literal(true)),
  headers: Headers,
  body: Schema.optionalKey(Schema.String),
  /** What of the answer counts where it is each server's own; without it everything. */
  compare: Schema.optionalKey(Schema.Literals(["status", "type", "skip"])),
  answer: Schema.Struct({
    status: Schema.Int,
    headers: Headers,
    /** Its place among the bodies. */
    body: Schema.optionalKey(Schema.Int)
  })
})
export type Exchange = typeof Exchange.Type

const read = <A>(file: string, schema: Schema.Decoder<A>) =>
  Schema.decodeSync(Schema.fromJsonString(schema))(readFileSync(new URL(file, import.meta.url), "utf8"))

export const { bodies, cases: exchanges } = read(
  "cases.json",
  Schema.Struct({ cases: Schema.Array(Exchange), bodies: Schema.Array(Body) })
)

/** What they were recorded on. */
export const cluster = read("cluster.json", Cluster.Cluster)
