/** The paths of OpenAPI: the document of version 2, those of version 3, and an index of these. */
import { type Array, DateTime, Effect } from "effect"
import * as OpenApiAnswer from "./OpenApiAnswer.ts"
import { hashOf, keep, type OpenApiDocument } from "./OpenApiDocument.ts"
import { byDocument } from "./OpenApiOperations.ts"
import * as V2 from "./OpenApiV2.ts"
import * as V3 from "./OpenApiV3.ts"
import * as ProtobufV2 from "./protobuf/OpenApiV2.ts"
import * as ProtobufV3 from "./protobuf/OpenApiV3.ts"
import type { Route } from "./Route.ts"
import type { Version } from "./schema/Metrics.ts"

export interface Options {
  /** Of this program: major.minor.patch. */
  readonly version: string
  /** Of the API. Of others there is no word. */
  readonly versions: Array.NonEmptyReadonlyArray<Version>
}

/** Every method is answered like GET, as by the original. */
export const routes = Effect.fnUntraced(function*({ version, versions }: Options) {
  const info = { title: "Kubernetes metrics-server", version: `v${version}` }
  const parts = byDocument(versions)
  const whole = yield* keep(() => V2.document(info, parts.flatMap(([, it]) => it)), ProtobufV2.writeDocument)
  const documents = new Map(
    yield* Effect.forEach(parts, ([name, operations]) =>
      Effect.map(
        keep(() => V3.document(info, operations), ProtobufV3.writeDocument),
        (document) => [name, document] as const
      ))
  )
  const index = yield* Effect.cached(Effect.map(Effect.all(Object.fromEntries(documents)), indexOf))

  const routes: ReadonlyArray<Route> = [
    {
      path: "/openapi/v2",
      respond: (request) => Effect.map(whole, (document) => OpenApiAnswer.v2(request, document))
    },
    {
      path: "/openapi/v3",
      respond: (request) => Effect.map(index, ({ hash, json }) => OpenApiAnswer.index(request, json, hash))
    },
    {
      path: root,
      respond: Effect.fnUntraced(function*(request) {
        const name = request.info.path.slice(root.length)
        const found = documents.get(name)
        if (found === undefined) return OpenApiAnswer.nothing()
        const document = yield* found
        return OpenApiAnswer.v3(request, document, urlOf(name, document), yield* DateTime.now)
      })
    }
  ]
  return routes
})

const root = "/openapi/v3/"

/** Where the documents are. Their hashes are in the URLs, so that clients may keep what they have. */
const indexOf = (documents: Readonly<Record<string, OpenApiDocument>>) => {
  const paths = Object.entries(documents).map(([name, document]) =>
    [name, { serverRelativeURL: urlOf(name, document) }] as const
  )
  const json = JSON.stringify({ paths: Object.fromEntries(paths) })
  return { json, hash: hashOf(json) }
}

const urlOf = (name: string, { hash }: OpenApiDocument) => `${root}${name}?hash=${hash}`
