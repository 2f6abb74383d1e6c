/** An OpenAPI document as it is kept: made when first asked for, and small, because it is asked for seldom. */
import { BinaryWriter } from "@bufbuild/protobuf/wire"
import { Effect } from "effect"
import { createHash } from "node:crypto"
import { gunzipSync, gzipSync } from "node:zlib"
import type { Write } from "./protobuf/Wire.ts"

export interface OpenApiDocument {
  /** Of the JSON, and for both forms. */
  readonly hash: string
  readonly json: Compressed
  readonly protobuf: Compressed
}

/** About an eighth of what it holds. */
export interface Compressed {
  readonly gzip: Uint8Array
}

/** Makes the document once, when it is first needed. */
export const keep = <A>(make: () => A, write: Write<A>): Effect.Effect<Effect.Effect<OpenApiDocument>> =>
  Effect.cached(Effect.sync(() => {
    const document = make()
    const json = JSON.stringify(document)
    return {
      hash: hashOf(json),
      json: compress(new TextEncoder().encode(json)),
      protobuf: compress(write(new BinaryWriter(), document).finish())
    }
  }))

/** As the original makes its ETags and the hashes in its URLs. */
export const hashOf = (text: string) => createHash("sha512").update(text).digest("hex").toUpperCase()

export const expand = ({ gzip }: Compressed): Uint8Array => gunzipSync(gzip)

/** A copy, because zlib's result lies in a chunk of 64 KiB. */
const compress = (bytes: Uint8Array): Compressed => ({ gzip: Uint8Array.from(gzipSync(bytes, { level: 9 })) })
