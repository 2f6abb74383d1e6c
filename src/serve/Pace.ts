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

/** Less than this is not worth a piece of its own: bytes. Up to here nothing is compressed, either. */
const least = 128 * 1024

/** The same bytes in fewer pieces: what is short is one. */
export const joined = function*(pieces: Iterable<Uint8Array>) {
  let some: Array<Uint8Array> = []
  let length = 0
  for (const piece of pieces) {
    some.push(piece)
    length += piece.length
    if (length < least) continue
    yield Buffer.concat(some)
    some = []
    length = 0
  }
  if (length > 0) yield Buffer.concat(some)
}

const cut = function*(bytes: Uint8Array) {
  for (let start = 0; start < bytes.length; start += piece) yield bytes.subarray(start, start + piece)
}
