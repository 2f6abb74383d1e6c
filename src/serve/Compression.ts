/** Large answers travel compressed to those who take gzip. */
import * as NodeStream from "@effect/platform-node/NodeStream"
import { Effect } from "effect"
import { HttpBody, HttpServerResponse } from "effect/http"
import { constants, createGzip, gzip } from "node:zlib"

/** Bytes; up to here compressing costs more than it saves (the kube-apiserver's threshold). */
const threshold = 128 * 1024

export const compress = (
  response: HttpServerResponse.HttpServerResponse,
  acceptEncoding: string
): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
  const { body } = response
  if (body._tag !== "Stream" && (body._tag !== "Uint8Array" || body.contentLength <= threshold)) {
    return Effect.succeed(response)
  }
  if (!takesGzip(acceptEncoding)) return Effect.succeed(response)
  const encoded = (body: HttpBody.HttpBody) =>
    response.pipe(
      HttpServerResponse.setBody(body),
      HttpServerResponse.setHeaders({ "content-encoding": "gzip", vary: "Accept-Encoding" })
    )
  // What comes bit by bit is long.
  if (body._tag === "Stream") return Effect.succeed(encoded(HttpBody.stream(streamed(body.stream), body.contentType)))
  return Effect.map(compressed(body.body), (bytes) => encoded(HttpBody.uint8Array(bytes, body.contentType)))
}

/** With a weight, whichever, it does not count, as for the kube-apiserver. */
const takesGzip = (acceptEncoding: string) => acceptEncoding.split(",").some((coding) => coding.trim() === "gzip")

/** Fast rather than small, and beside the event loop. */
const options = { level: constants.Z_BEST_SPEED }

const compressed = (bytes: Uint8Array) =>
  Effect.callback<Uint8Array>((resume) => {
    gzip(bytes, options, (error, result) => resume(error === null ? Effect.succeed(result) : Effect.die(error)))
  })

/** Not more than a few pieces are under way at once. */
const streamed = NodeStream.pipeThroughDuplex({ evaluate: () => createGzip(options), chunkSize: 4 })
