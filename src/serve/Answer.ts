/** Answers as HTTP responses: documents in the form that the client prefers, and failures as Status documents. */
import { Result } from "effect"
import { HttpServerResponse } from "effect/http"
import * as Recent from "../Recent.ts"
import type { ApiError } from "./ApiError.ts"
import * as Body from "./Body.ts"
import * as Document from "./Document.ts"
import * as Negotiation from "./Negotiation.ts"
import { writeStatus } from "./protobuf/Meta.ts"
import { Status } from "./schema/Meta.ts"
import { fromError } from "./Status.ts"
import * as Text from "./Text.ts"

/** A document in a negotiated form. */
export const document = (
  document: Document.Document,
  { mediaType, pretty }: Negotiation.Negotiated,
  options: { readonly status?: number; readonly contentType?: string } = {}
): HttpServerResponse.HttpServerResponse => {
  const { contentType = mediaType.name, status = 200 } = options
  const form = pretty && mediaType.name === "application/json" ? "indented" : forms[mediaType.name]
  const pieces = document.pieces?.(form)
  if (pieces !== undefined) {
    return HttpServerResponse.setBody(empty(status), Body.make(pieces, contentType))
  }
  const written = { status, headers, contentType }
  return form === "protobuf"
    ? HttpServerResponse.uint8Array(document.protobuf(), written)
    : HttpServerResponse.text(Text.write(form, document.json()), written)
}

const forms: Readonly<Record<Negotiation.MediaType["name"], Document.Form>> = {
  "application/json": "json",
  "application/yaml": "yaml",
  "application/vnd.kubernetes.protobuf": "protobuf"
}

/** A failure; in JSON for clients that take no form of it, because the reason must not be lost over the form. */
export const failure = (
  error: ApiError,
  preferences: Negotiation.Preferences
): HttpServerResponse.HttpServerResponse => {
  const status = fromError(error)
  const body = statusDocument(status)
  const response = Result.match(Negotiation.negotiate(preferences), {
    onSuccess: (negotiated) => document(body, negotiated, { status: status.code }),
    onFailure: () => indented(body.json(), status.code)
  })
  return HttpServerResponse.setHeaders(response, {
    ...error._tag === "Forbidden" && unsniffed,
    ...status.details?.retryAfterSeconds !== undefined && { "retry-after": String(status.details.retryAfterSeconds) }
  })
}

/** Indented JSON, as for people. */
export const indented = (body: unknown, status: number) =>
  HttpServerResponse.text(Text.write("indented", body), { status, headers, contentType: "application/json" })

/** Plain text, such as a probe's. */
export const text = (body: string, status: number) =>
  HttpServerResponse.text(body, {
    status,
    headers: { ...headers, ...unsniffed },
    contentType: "text/plain; charset=utf-8"
  })

/** A word, or many, without more ado. */
export const word = (word: string, contentType = "text/plain; charset=utf-8") =>
  HttpServerResponse.text(word, { headers, contentType })

/** What is answered is true of one moment and for one client. */
const headers = { "cache-control": "no-cache, private" }

/** Of each status one. */
const empty = Recent.of((status: number) => HttpServerResponse.empty({ status, headers }))

/** What echoes a client's words must not be taken for anything else than it says it is. */
const unsniffed = { "x-content-type-options": "nosniff" }

const statusDocument = Document.ofType(Status, writeStatus)
