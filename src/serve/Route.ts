/** A path and who answers for it. */
import { Effect, Result } from "effect"
import type { Headers, HttpServerResponse } from "effect/http"
import * as Answer from "./Answer.ts"
import { type ApiError, MethodNotAllowed } from "./ApiError.ts"
import type { User } from "./auth/User.ts"
import * as Compression from "./Compression.ts"
import type { Document } from "./Document.ts"
import * as Forms from "./Forms.ts"
import * as Negotiation from "./Negotiation.ts"
import { type RequestInfo, segments } from "./RequestInfo.ts"

/** A request as routes see it. */
export interface Request {
  readonly method: string
  readonly info: RequestInfo
  /** In whose name it is answered. */
  readonly user: User
  readonly query: URLSearchParams
  readonly preferences: Negotiation.Preferences
  readonly headers: Headers.Headers
}

export type Respond = (request: Request) => Effect.Effect<HttpServerResponse.HttpServerResponse, ApiError>

export interface Route {
  /**
   * Segments in braces stand for any: what they mean to the request is in its RequestInfo. With a slash at its end: every
   * path that begins so.
   */
  readonly path: string
  readonly respond: Respond
}

/** Answers GET, in the form that the client prefers. */
export const negotiated = (
  path: string,
  respond: (
    request: Request,
    negotiated: Negotiation.Negotiated
  ) => Effect.Effect<HttpServerResponse.HttpServerResponse, ApiError>,
  options: { readonly watchable?: boolean; readonly offers?: Negotiation.Offers } = {}
): Route => ({
  path,
  respond: (request) => {
    const { method, preferences } = request
    if (method !== "GET") return new MethodNotAllowed()
    // In this order: a client that takes nothing we have is told so before anything else is looked at.
    const admitted = Negotiation.admit(preferences.accept, { watchable: options.watchable ?? false })
    if (Result.isFailure(admitted)) return admitted.failure
    const negotiated = Negotiation.negotiate(preferences, options.offers)
    if (Result.isFailure(negotiated)) return negotiated.failure
    return Effect.flatMapEager(
      respond(request, negotiated.success),
      (response) => Compression.compress(response, preferences.acceptEncoding)
    )
  }
})

/** Answers GET with a document as it is. */
export const document = (path: string, make: (request: Request) => Effect.Effect<Document, ApiError>): Route =>
  negotiated(path, (request, negotiated) => Effect.mapEager(make(request), (it) => Answer.document(it, negotiated)))

/** Answers GET with an object, or with what the client would have it converted to. */
export const object = (
  path: string,
  make: (request: Request) => Effect.Effect<Forms.Forms, ApiError>,
  options = { watchable: false }
): Route =>
  negotiated(
    path,
    (request, negotiated) =>
      Effect.flatMapEager(make(request), (forms) =>
        negotiated.conversion === undefined
          ? Effect.succeed(Answer.document(forms, negotiated))
          : Effect.map(
            Effect.fromResult(forms.convert(negotiated.conversion, request.query)),
            (document) => Answer.document(document, negotiated)
          )),
    { ...options, offers: Forms.offers }
  )

/** The same, for collections: their clients may ask for a stream of changes. */
export const collection = (path: string, make: (request: Request) => Effect.Effect<Forms.Forms, ApiError>): Route =>
  object(path, make, { watchable: true })

/** A fact about the server, by GET alone, in indented JSON whatever the client prefers. */
export const fact = (path: string, json: unknown): Route => ({
  path,
  respond: (request) => request.method === "GET" ? Effect.succeed(Answer.indented(json, 200)) : new MethodNotAllowed()
})

/** The route for a path, if there is one. Slashes at the end do not matter to the API; other paths stand for themselves. */
export const finder = (routes: ReadonlyArray<Route>) => {
  const table = routes.map((route) => ({ route, pattern: segments(route.path) }))
  const trees = routes.filter((route) => route.path.endsWith("/"))
  return (path: string): Route | undefined => {
    const tree = trees.find((route) => path.startsWith(route.path))
    if (tree !== undefined) return tree
    if (!/^\/(apis|version)(\/|$)/.test(path)) return routes.find((route) => route.path === path)
    const parts = segments(path)
    return table.find(({ pattern }) =>
      pattern.length === parts.length && pattern.every((it, index) => it.startsWith("{") || it === parts[index])
    )?.route
  }
}
