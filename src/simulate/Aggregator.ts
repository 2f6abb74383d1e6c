/** The aggregation layer: requests for metrics.k8s.io go on to the metrics server, in the name of who sent them. */
import * as NodeStream from "@effect/platform-node/NodeStream"
import Undici, { type Dispatcher } from "@effect/platform-node/Undici"
import { Context, Effect, Layer, Option, Schema, Stream } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import type { UserInfo } from "./Attributes.ts"
import { Identities } from "./Identities.ts"

export const groupName = "metrics.k8s.io"

/** The metrics server did not answer. */
export class BackendUnreachable extends Schema.TaggedError<BackendUnreachable>()("BackendUnreachable", {
  url: Schema.String,
  cause: Schema.Defect()
}) {
  override get message() {
    return `the metrics server at ${this.url} does not answer: ${String(this.cause)}`
  }
}

/** A request to the metrics server. A header may have several lines: every group is one of its own. */
export interface BackendRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string>>>
  readonly body: Uint8Array
}

export type Dispatch = (
  request: BackendRequest
) => Effect.Effect<HttpServerResponse.HttpServerResponse, BackendUnreachable>

export class Aggregator extends Context.Service<Aggregator, {
  /** From now on the metrics server is there; before, it is nowhere. */
  connect(url: string): Effect.Effect<void>
  readonly url: () => Option.Option<string>
  /** Passes the current request on. */
  proxy(
    user: UserInfo
  ): Effect.Effect<HttpServerResponse.HttpServerResponse, never, HttpServerRequest.HttpServerRequest>
  /** What the metrics server itself answers the aggregation layer, if it answers. */
  ask(path: string, accept: string): Effect.Effect<Option.Option<unknown>>
}>()("metrics-server/simulate/Aggregator") {
  static layerWith(dispatch: Dispatch) {
    return Layer.sync(Aggregator, () => {
      let backend = Option.none<string>()
      return {
        connect: (url) =>
          Effect.sync(() => {
            backend = Option.some(url)
          }),
        url: () => backend,
        proxy: (user) =>
          Effect.gen(function*() {
            const request = yield* HttpServerRequest.HttpServerRequest
            const { pathname, search } = new URL(request.url, "https://kubernetes")
            const base = yield* Effect.fromOption(backend)
            const body = new Uint8Array(yield* request.arrayBuffer)
            const headers = { ...forwarded(request.headers), ...identity(user) }
            return yield* dispatch({ method: request.method, url: `${base}${pathname}${search}`, headers, body })
          }).pipe(Effect.orElseSucceed(() => unavailable)),
        ask: Effect.fnUntraced(
          function*(path, accept) {
            const base = yield* Effect.fromOption(backend)
            const headers = { accept, ...identity(itself) }
            const response = yield* dispatch({ method: "GET", url: `${base}${path}`, headers, body: new Uint8Array() })
            if (response.status < 200 || response.status > 299 || response.body._tag !== "Stream") return undefined
            const text = yield* Stream.mkString(Stream.decodeText(response.body.stream))
            return yield* Schema.decodeUnknownEffect(Json)(text)
          },
          Effect.timeout("5 seconds"),
          Effect.option,
          Effect.map(Option.filter((answer) => answer !== undefined))
        )
      }
    })
  }

  /** Over TLS with the front proxy's certificate. As with the original's manifests, whom it finds there is not verified. */
  static readonly layer = Layer.unwrap(Effect.gen(function*() {
    const { clients } = yield* Identities
    const agent = yield* Effect.acquireRelease(
      Effect.sync(() =>
        new Undici.Agent({ allowH2: false, connect: { ...clients["front-proxy-client"], rejectUnauthorized: false } })
      ),
      (agent) => Effect.promise(() => agent.destroy())
    )
    return Aggregator.layerWith((request) =>
      Effect.tryPromise({
        try: (signal) =>
          agent.request({
            origin: new URL(request.url).origin,
            path: request.url.slice(new URL(request.url).origin.length),
            method: request.method as Dispatcher.HttpMethod,
            headers: Object.fromEntries(
              Object.entries(request.headers).map((
                [name, value]
              ) => [name, typeof value === "string" ? value : [...value]])
            ),
            body: request.body.length === 0 ? null : request.body,
            signal
          }),
        catch: (cause) => new BackendUnreachable({ url: request.url, cause })
      }).pipe(Effect.map(({ body, headers, statusCode }) => {
        const answer = { status: statusCode, headers: singleLines(headers) }
        return statusCode === 204 || statusCode === 304
          ? HttpServerResponse.empty(answer)
          : HttpServerResponse.stream(
            NodeStream.fromReadable({
              evaluate: () => body,
              onError: (cause) => new BackendUnreachable({ url: request.url, cause })
            }),
            { ...answer, contentType: answer.headers["content-type"] ?? "application/octet-stream" }
          )
      }))
    )
  }))
}

const Json = Schema.fromJsonString(Schema.Unknown)

/** The aggregation layer's own identity, with which it looks at the servers behind it. */
const itself: UserInfo = { username: "system:kube-aggregator", groups: ["system:masters"] }

const identity = ({ extra, groups, uid, username }: UserInfo) => ({
  "x-remote-user": username,
  "x-remote-group": groups,
  ...(uid === undefined ? {} : { "x-remote-uid": uid }),
  ...Object.fromEntries(
    Object.entries(extra ?? {}).map(([key, values]) => [`x-remote-extra-${key.toLowerCase()}`, values])
  )
})

/** What belongs to a connection and not to a message, and what only the aggregation layer may say. */
const notForwarded =
  /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|host|content-length|authorization|x-remote-.*)$/

const forwarded = (headers: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || notForwarded.test(name) ? [] : [[name, value]]
    )
  )

const singleLines = (headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>) =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || /^(connection|keep-alive|transfer-encoding)$/.test(name)
        ? []
        : [[name, typeof value === "string" ? value : value.join(", ")]]
    )
  )

/** The very words of the real one. */
export const unavailable = HttpServerResponse.text("service unavailable\n", {
  status: 503,
  headers: { "x-content-type-options": "nosniff" }
})
