/** One line of a watch: what happened to which object. */
import { Effect, Option, Result, Schema } from "effect"

export interface WatchEvent extends Identity {
  /** ADDED, MODIFIED, DELETED, BOOKMARK or ERROR; what else may come one day is told by its object. */
  readonly type: string
  readonly object: unknown
}

/** What every object says of itself; empty what it does not say. */
export interface Identity {
  readonly namespace: string
  readonly name: string
  readonly resourceVersion: string
}

export const decode = (line: unknown): Result.Result<WatchEvent, Schema.SchemaError> =>
  Result.map(decodeLine(line), ({ object, type }) => ({ type, object, ...identify(object) }))

/** Deleted and malformed objects need to say no more than this. */
export const identify = (object: unknown): Identity =>
  Option.match(decodeIdentity(object), {
    onNone: () => ({ namespace: "", name: "", resourceVersion: "" }),
    onSome: ({ metadata }) => metadata
  })

/** The object of an ERROR event is a Status. */
export const explain = (object: unknown) =>
  Option.match(decodeStatus(object), {
    onNone: () => "the watch ended with an error",
    onSome: ({ code, message }) => `the watch ended with status ${code}: ${message}`
  })

const decodeLine = Schema.decodeUnknownResult(Schema.Struct({ type: Schema.String, object: Schema.Unknown }))

const text = Schema.String.pipe(Schema.withDecodingDefaultKey(Effect.succeed("")))

const decodeIdentity = Schema.decodeUnknownOption(
  Schema.Struct({ metadata: Schema.Struct({ namespace: text, name: text, resourceVersion: text }) })
)

const decodeStatus = Schema.decodeUnknownOption(Schema.Struct({ code: Schema.Int, message: text }))
