/** Large answers travel compressed to those who take gzip. */
import { Effect } from "effect"
import { HttpBody, HttpServerResponse } from "effect/http"
import { constants, gzip } from "node:zlib"

/** Bytes; up to here compressing costs more than it saves (the kube-apiserver's threshold). */
const threshold = 128 * 1024

export const compress = (
  response: HttpServerResponse.HttpServerResponse,
  acceptEncoding: string
): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
  const { body } = response
  if (body._tag !== "Uint8Array" || body.contentLength <= threshold || !takesGzip(acceptEncoding)) {
    return Effect.succeed(response)
  }
  return Effect.map(compressed(body.body), (bytes) =>
    response.pipe(
      HttpServerResponse.setBody(HttpBody.uint8Array(bytes, body.contentType)),
      HttpServerResponse.setHeaders({ "content-encoding": "gzip", vary: "Accept-Encoding" })
    ))
}

/** Without regard to weights, as the kube-apiserver reads them. */
const takesGzip = (acceptEncoding: string) =>
  acceptEncoding.split(",").some((coding) => coding.split(";", 1).join().trim() === "gzip")

/** Fast rather than small, and beside the event loop. */
const compressed = (bytes: Uint8Array) =>
  Effect.callback<Uint8Array>((resume) => {
    gzip(bytes, { level: constants.Z_BEST_SPEED }, (error, result) =>
      resume(error === null ? Effect.succeed(result) : Effect.die(error)))
  })
