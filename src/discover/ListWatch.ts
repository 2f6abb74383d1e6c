/** How kube-apiserver is asked for objects: lists in pages, and watches that go on from a list. */
import { type Duration, Effect, Random, Schema, Stream } from "effect"
import { Ndjson } from "effect/encoding"
import { type HttpClient, type HttpClientError, HttpClientRequest, HttpClientResponse } from "effect/http"

/** Which objects, in which form. */
export interface Resource {
  /** Such as `/api/v1/nodes`. */
  readonly path: string
  /** Selectors. */
  readonly params: Readonly<Record<string, string>>
  readonly accept: { readonly list: string; readonly watch: string }
  /** The role that permits to read them, where it is not this server's own. */
  readonly role?: string
}

export class ListWatchError extends Schema.TaggedError<ListWatchError>()("ListWatchError", {
  path: Schema.String,
  /** What happened, and what to do where that is known. */
  detail: Schema.String,
  /** What we asked for is too old to be had: only a new list helps. */
  expired: Schema.Boolean
}) {
  override get message() {
    return `GET ${this.path}: ${this.detail}`
  }
}

/** Without a limit the page is the whole list. */
export interface PageOptions {
  readonly limit?: string
  readonly continue?: string
}

/** Objects as they came: whoever reads them decides what an object must have. */
export interface Page {
  readonly resourceVersion: string
  /** Absent or empty on the last page. */
  readonly continue?: string
  readonly items: ReadonlyArray<unknown>
}

/** Long enough for a large page on a slow day; kube-apiserver itself gives up after a minute. */
const pageTimeout = "60 seconds"

/** kube-apiserver sends the head of a watch at once, and then a bookmark about every minute. */
const headTimeout = "30 seconds"
const silenceTimeout = "150 seconds"

/** Far above etcd's own limit of 1.5 MB for an object. */
const maxLineBytes = 16 * 1024 * 1024

/** A version that is forgotten, that is none, or that a server restored from a backup has not reached. */
const unwatchable = [410, 400, 504]

export const make = (http: HttpClient.HttpClient, { accept, params, path, role = ownRole }: Resource) => {
  const fail = (detail: string, expired = false) => new ListWatchError({ path, detail, expired })
  const broken = (error: HttpClientError.HttpClientError) => fail(describe(error))
  const within = (duration: Duration.Input) =>
    Effect.timeoutOrElse({ duration, orElse: () => Effect.fail(fail(`no answer in ${duration}`)) })

  const get = Effect.fnUntraced(function*(
    accept: string,
    more: Readonly<Record<string, string>>,
    expiry: ReadonlyArray<number>
  ) {
    const request = HttpClientRequest.get(path, { accept, urlParams: { ...params, ...more } })
    const response = yield* Effect.mapError(http.execute(request), broken)
    if (response.status === 200) return response
    return yield* fail(yield* refusal(response, role), expiry.includes(response.status))
  })

  const list = (page: PageOptions): Effect.Effect<Page, ListWatchError> =>
    get(accept.list, { ...page }, [410]).pipe(
      Effect.flatMap((response) => Effect.mapError(response.json, broken)),
      Effect.flatMap((body) => Effect.mapError(decodeList(body), ({ message }) => fail(`this is no list: ${message}`))),
      within(pageTimeout),
      Effect.map(({ items, metadata }) => ({ ...metadata, items: items ?? [] }))
    )

  /** Ends when the server ends it, or falls silent: then the next watch takes over from the last version seen. */
  const watch = Effect.fnUntraced(function*(resourceVersion: string, opened: Effect.Effect<void>) {
    // As in client-go: a random length, so that the watches of many clients do not all end together.
    const timeoutSeconds = String(yield* Random.nextIntBetween(300, 600))
    const response = yield* within(headTimeout)(
      get(accept.watch, { watch: "true", allowWatchBookmarks: "true", resourceVersion, timeoutSeconds }, unwatchable)
    )
    yield* opened
    return response.stream.pipe(
      Stream.timeout(silenceTimeout),
      Stream.mapError(broken),
      Stream.pipeThroughChannelOrFail(Ndjson.decode({ ignoreEmptyLines: true, maxLineBytes })),
      // Half a line is what a cut connection leaves. Any other line that is no JSON would only come again.
      Stream.catchIf(
        (error) => error._tag === "NdjsonError",
        (error) => error.unterminated ? Stream.empty : Stream.fail(fail(`an unreadable event: ${error.reason}`, true))
      )
    )
  }, Stream.unwrap)

  return { list, watch }
}

const List = Schema.Struct({
  metadata: Schema.Struct({ resourceVersion: Schema.String, continue: Schema.optionalKey(Schema.String) }),
  // Go writes an empty list as null, if nobody takes care.
  items: Schema.NullOr(Schema.Array(Schema.Unknown))
})

const decodeList = Schema.decodeUnknownEffect(List)

const Status = Schema.Struct({ message: Schema.String })

/** What kube-apiserver says in its Status body, and what the operator can do. */
const refusal = (response: HttpClientResponse.HttpClientResponse, role: string) =>
  HttpClientResponse.schemaBodyJson(Status)(response).pipe(
    Effect.map(({ message }) => `: ${message}`),
    Effect.orElseSucceed(() => ""),
    Effect.map((message) => `HTTP status ${response.status}${message}${advice(response.status, role)}`)
  )

const advice = (status: number, role: string) => {
  if (status === 401) return "; check the token or the client certificate of this server"
  return status === 403 ? `; apply the ${role} and its binding` : ""
}

const ownRole = "ClusterRole system:metrics-server"

const describe = ({ cause, message, reason }: HttpClientError.HttpClientError) => {
  if (reason._tag === "TransportError") return reason.description ?? message
  return reason._tag === "DecodeError" && cause instanceof Error
    ? `the answer broke off or is no JSON: ${cause.message}`
    : message
}
