/** Lists of stored objects, page by page. */
import { Clock, Effect, Option, Result, Schema, Stream } from "effect"
import { HttpServerResponse } from "effect/http"
import { keyOf, type ObjectStore, type Stored } from "../ObjectStore.ts"
import type { Resource } from "../Resources.ts"
import { type ApiRequest, shapeOf } from "./ApiRequest.ts"
import * as Representation from "./Representation.ts"
import * as Selectors from "./Selectors.ts"
import * as Status from "./Status.ts"

/** Where a list continues: after this key, as of that version. */
const ContinueToken = Schema.fromJsonString(Schema.Struct({ rv: Schema.Int, start: Schema.String }))
const decodeToken = Schema.decodeUnknownOption(Schema.StringFromBase64Url.pipe(Schema.decodeTo(ContinueToken)))
const encodeToken = Schema.encodeSync(Schema.StringFromBase64Url.pipe(Schema.decodeTo(ContinueToken)))

export const respond = Effect.fnUntraced(function*(
  store: typeof ObjectStore.Service,
  resource: Resource,
  namespace: string,
  request: ApiRequest
) {
  const selected = Selectors.parse(request.query)
  if (Result.isFailure(selected)) return Status.badRequest(selected.failure)
  const limit = Number(request.query.get("limit") ?? 0)
  if (!Number.isInteger(limit) || limit < 0) return Status.badRequest(`invalid limit: ${request.query.get("limit")}`)
  const given = request.query.get("continue") ?? ""
  const token = decodeToken(given)
  if (given !== "" && Option.isNone(token)) return Status.badRequest("continue key is not valid")
  if (Option.isSome(token) && token.value.rv < store.oldestVersion()) return Status.continueExpired

  const version = Option.match(token, { onNone: store.resourceVersion, onSome: ({ rv }) => rv })
  const all = store.list(resource)
  const end = namespace === "" ? all.length : firstAfter(all, `${namespace}/\uffff`)
  const start = firstAfter(
    all,
    Option.match(token, { onNone: () => namespace === "" ? "" : keyOf(namespace, ""), onSome: ({ start }) => start })
  )
  const page: Array<Stored> = []
  let next = start
  const size = limit === 0 ? Infinity : limit
  for (; next < end && page.length < size; next++) {
    if (selected.success(all[next]!)) page.push(all[next]!)
  }
  const last = page.at(-1)
  const more = next < end && last !== undefined
  const metadata = {
    resourceVersion: String(version),
    ...(more ? { continue: encodeToken({ rv: version, start: last.key }) } : {}),
    ...(more && !isSelective(request.query) ? { remainingItemCount: end - next } : {})
  }
  return body(page, Representation.list(resource, shapeOf(request.accept), yield* Clock.currentTimeMillis), metadata)
})

/** The index of the first object with a greater key: lists are sorted, and pages of long ones are many. */
const firstAfter = (sorted: ReadonlyArray<Stored>, key: string) => {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]!.key > key) high = middle
    else low = middle + 1
  }
  return low
}

/** A selector leaves the number of those that remain unknown to the real server. */
const isSelective = (query: URLSearchParams) =>
  (query.get("labelSelector") ?? "") !== "" || (query.get("fieldSelector") ?? "") !== ""

/** Items written at once; between two such pieces of a long list others get their turn. */
const pieceSize = 500

const body = (page: ReadonlyArray<Stored>, list: ReturnType<typeof Representation.list>, metadata: object) => {
  const head = JSON.stringify({ ...list.head, metadata }).slice(0, -1)
  const items = (from: number) =>
    page.slice(from, from + pieceSize).map((object) => JSON.stringify(list.item(object))).join()
  const contentType = "application/json"
  if (page.length <= pieceSize) {
    return HttpServerResponse.text(`${head},"${list.items}":[${items(0)}]}\n`, { contentType })
  }
  const pieces = function*() {
    yield `${head},"${list.items}":[${items(0)}`
    for (let from = pieceSize; from < page.length; from += pieceSize) yield `,${items(from)}`
    yield "]}\n"
  }
  const text = Stream.fromIterable({ [Symbol.iterator]: pieces }, { chunkSize: 1 })
  return HttpServerResponse.stream(Stream.encodeText(text), { contentType })
}
