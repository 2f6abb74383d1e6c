/** How OpenAPI documents are answered: in the form asked for, and not at all to those who have them. */
import { DateTime } from "effect"
import { HttpServerResponse } from "effect/http"
import { parseAccept } from "./Negotiation.ts"
import { expand, type OpenApiDocument } from "./OpenApiDocument.ts"
import type { Dialect } from "./OpenApiSchemas.ts"
import type { Request } from "./Route.ts"

/** The document of version 2, compressed for those who take it so. */
export const v2 = (request: Request, document: OpenApiDocument) => {
  const headers = { ...changing, etag: `"${document.hash}"`, vary: "Accept-Encoding, Accept" }
  const form = formOf("v2", request, document)
  if (form === undefined) return notAcceptable
  return unlessHeld(request, headers, () =>
    takesGzip(request.preferences.acceptEncoding)
      ? body(form.compressed.gzip, form.contentType, { ...headers, "content-encoding": "gzip" })
      : body(expand(form.compressed), form.contentType, headers))
}

/** A document of version 3, which under its hash never changes. */
export const v3 = (request: Request, document: OpenApiDocument, url: string, now: DateTime.Utc) => {
  const headers = { ...changing, etag: `"${document.hash}"`, vary: "Accept" }
  const form = formOf("v3", request, document)
  if (form === undefined) return notAcceptable
  const hash = request.query.get("hash") ?? ""
  if (hash !== "" && hash !== document.hash) {
    return HttpServerResponse.empty({
      status: 301,
      headers: { ...headers, "content-type": form.contentType, location: url }
    })
  }
  const caching = hash === "" ? {} : {
    "cache-control": "public, immutable",
    expires: DateTime.toDateUtc(DateTime.add(now, { years: 1 })).toUTCString()
  }
  return unlessHeld(
    request,
    { ...headers, ...caching },
    (headers) => body(expand(form.compressed), form.contentType, headers)
  )
}

/** JSON alone, whatever the client prefers. */
export const index = (request: Request, json: string, hash: string) =>
  unlessHeld(
    request,
    { ...changing, etag: `"${hash}"` },
    (headers) => body(new TextEncoder().encode(json), "application/json", headers)
  )

/** The original's answer where there is no such document. */
export const nothing = () => HttpServerResponse.empty({ status: 200, headers: changing })

type Headers = Readonly<Record<string, string>> & { readonly etag: string }

/** What may be otherwise after the next start. */
const changing = { "cache-control": "no-cache, private" }

const notAcceptable = HttpServerResponse.empty({ status: 406, headers: { ...changing, vary: "Accept" } })

const body = (bytes: Uint8Array, contentType: string, headers: Readonly<Record<string, string>>) =>
  HttpServerResponse.uint8Array(bytes, { contentType, headers })

/** A client that names the ETag has the document; one that would change it on that condition must not (RFC 9110). */
const unlessHeld = (
  { headers: { "if-none-match": held = "" }, method }: Request,
  headers: Headers,
  respond: (headers: Headers) => HttpServerResponse.HttpServerResponse
) => {
  const isHeld = held.split(",").map((it) => it.trim()).some((it) =>
    it === "*" || it.replace(/^W\//, "") === headers.etag
  )
  if (!isHeld) return respond(headers)
  return HttpServerResponse.empty({ status: method === "GET" || method === "HEAD" ? 304 : 412, headers })
}

/** What the first range that names a form names; protobuf has an older name too. */
const formOf = (dialect: Dialect, { preferences }: Request, { json, protobuf }: OpenApiDocument) => {
  const name = `com.github.proto-openapi.spec.${dialect}.v1.0+protobuf`
  const older = `com.github.proto-openapi.spec.${dialect}@v1.0+protobuf`
  const forms = [
    { names: ["json"], contentType: "application/json", compressed: json },
    { names: [name, older], contentType: `application/${name}`, compressed: protobuf }
  ]
  for (const { subtype, type } of parseAccept(preferences.accept === "" ? "*/*" : preferences.accept)) {
    if (type !== "application" && type !== "*") continue
    const form = forms.find(({ names }) => subtype === "*" || names.includes(subtype))
    if (form !== undefined) return form
  }
  return undefined
}

/** With regard to weights: the original compresses this document by another library than its other answers. */
const takesGzip = (acceptEncoding: string) =>
  acceptEncoding.split(",").some((coding) => /^\s*gzip\s*(;(?!\s*q=0(\.0*)?\s*$).*)?$/.test(coding))
