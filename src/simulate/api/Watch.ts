/** Watches: the changes of a resource as a stream that never ends by itself. */
import { Clock, type Duration, Effect, PubSub, Result, Schedule, Stream } from "effect"
import { HttpServerResponse } from "effect/http"
import type { Change, ObjectStore, Stored } from "../ObjectStore.ts"
import type { Resource } from "../Resources.ts"
import { type ApiRequest, shapeOf } from "./ApiRequest.ts"
import * as Representation from "./Representation.ts"
import * as Selectors from "./Selectors.ts"
import * as Status from "./Status.ts"

/** What a watch waits for. */
type Occasion =
  | { readonly _tag: "Changed"; readonly change: Change }
  | { readonly _tag: "BookmarkDue" }
  | { readonly _tag: "TimedOut" }

export const respond = (
  store: typeof ObjectStore.Service,
  resource: Resource,
  namespace: string,
  request: ApiRequest,
  bookmarkInterval: Duration.Duration
): HttpServerResponse.HttpServerResponse => {
  const { query } = request
  const selected = Selectors.parse(query)
  if (Result.isFailure(selected)) return Status.badRequest(selected.failure)
  const from = Number(query.get("resourceVersion") ?? 0)
  const timeout = Number(query.get("timeoutSeconds") ?? 1800)
  if (!Number.isInteger(from) || from < 0) return Status.badRequest(`invalid resource version: ${from}`)
  if (!Number.isInteger(timeout) || timeout < 0) return Status.badRequest(`invalid timeoutSeconds: ${timeout}`)

  const shape = shapeOf(request.accept)
  const includes = (object: Stored) =>
    object.resource === resource && (namespace === "" || object.namespace === namespace) && selected.success(object)

  const events = Effect.gen(function*() {
    // first subscribe, then look back: nothing falls between, and what is in both is dropped below
    const subscription = yield* PubSub.subscribe(store.changes)
    let reached = store.resourceVersion()
    if (from > 0 && from < store.oldestVersion()) {
      return Stream.make(line("ERROR", Status.status(Status.tooOld(from, store.oldestVersion()))))
    }
    const now = yield* Clock.currentTimeMillis
    const event = (type: string, object: Stored) => line(type, Representation.object(object, shape, now))
    const past = from === 0
      ? store.list(resource).filter(includes).map((object) => event("ADDED", object))
      : store.since(from).flatMap((change) => [...seenAs(change, includes, event)])

    const linesOf = (occasion: Occasion): ReadonlyArray<string> | undefined => {
      switch (occasion._tag) {
        case "Changed":
          if (occasion.change.resourceVersion <= reached) return []
          reached = occasion.change.resourceVersion
          return [...seenAs(occasion.change, includes, event)]
        case "BookmarkDue":
          // not the store's version: a change on its way to this watch must not be marked as seen
          return [line("BOOKMARK", Representation.bookmark(resource, shape, reached))]
        case "TimedOut":
          return undefined
      }
    }
    const changed = Stream.map(
      Stream.fromSubscription(subscription),
      (change): Occasion => ({ _tag: "Changed", change })
    )
    const due = query.get("allowWatchBookmarks") === "true"
      ? Stream.fromSchedule(Schedule.spaced(bookmarkInterval)).pipe(
        Stream.map((): Occasion => ({ _tag: "BookmarkDue" }))
      )
      : Stream.empty
    const timedOut = Stream.fromEffect(
      Effect.delay(Effect.succeed<Occasion>({ _tag: "TimedOut" }), `${timeout} seconds`)
    )
    const live = Stream.mergeAll([changed, due, timedOut], { concurrency: "unbounded" })
      .pipe(
        Stream.map(linesOf),
        Stream.takeWhile((lines) => lines !== undefined),
        Stream.flatMap((lines) => Stream.fromIterable(lines ?? []))
      )
    return Stream.concat(Stream.fromIterable(past), live)
  })

  // an empty piece first: it carries the headers, for which a client of a quiet resource would wait in vain
  return HttpServerResponse.stream(Stream.encodeText(Stream.prepend(Stream.unwrap(events), [""])), {
    contentType: "application/json"
  })
}

/** What a change is to somebody who sees only some objects: one that is selected no longer is gone for him. */
const seenAs = function*(
  { after, before, resourceVersion }: Change,
  includes: (object: Stored) => boolean,
  event: (type: string, object: Stored) => string
) {
  const was = before !== undefined && includes(before)
  if (after !== undefined && includes(after)) yield event(was ? "MODIFIED" : "ADDED", after)
  // the last state is reported under the version of the deletion
  else if (was) yield event("DELETED", { ...before, resourceVersion })
}

const line = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`
