/** Large answers are written piece by piece, as fast as their client takes them. */
import { Stream } from "effect"
import { HttpBody, HttpServerResponse } from "effect/http"

/**
 * Bytes. What has been written and is not taken counts against the other requests of an HTTP/2 connection; and each piece is a
 * turn of the fiber, of the stream and of the connection. The list of a thousand nodes is one piece.
 */
export const piece = 512 * 1024

export const pace = (response: HttpServerResponse.HttpServerResponse) => {
  const { body } = response
  if (body._tag !== "Uint8Array" || body.contentLength <= piece) return response
  const pieces = Stream.fromIterable(cut(body.body), { chunkSize: 1 })
  return HttpServerResponse.setBody(response, HttpBody.stream(pieces, body.contentType, body.contentLength))
}

const cut = function*(bytes: Uint8Array) {
  for (let start = 0; start < bytes.length; start += piece) yield bytes.subarray(start, start + piece)
}
