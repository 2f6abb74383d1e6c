/** A response over HTTP/2 that ends with its body. */
import { Http2ServerResponse, type OutgoingHttpHeaders } from "node:http2"

/** Node.js holds each response open for trailers behind its body, which no answer has: one more frame, and one more turn. */
export class Http2Response extends Http2ServerResponse {
  /** As @effect/platform-node begins every response: all its headers come with the status. */
  override writeHead(statusCode: number, headers?: unknown) {
    const { stream } = this
    if (stream.destroyed || stream.closed) return this
    this.statusCode = statusCode
    stream.respond({ ...this.getHeaders(), ...headers as OutgoingHttpHeaders, ":status": statusCode })
    return this
  }
}
