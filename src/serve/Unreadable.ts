/** What clients of HTTP/1.1 are told who send what is no request, or one that is too large or too slow to be read. */
import { Schema } from "effect"
import type { Http2SecureServer } from "node:http2"
import type { Server } from "node:https"
import type { Socket } from "node:net"
import { type ApiError, BadRequest, RequestTooLarge, RequestTooSlow } from "./ApiError.ts"
import type * as Patience from "./Patience.ts"
import { Status } from "./schema/Meta.ts"
import { fromError } from "./Status.ts"

/** Answers whom the server cannot hear out, and leaves. */
export const listen = (server: Server | Http2SecureServer, answers: Iterable<Patience.Answering>) =>
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    const answer = answerTo(error.code)
    // Who speaks while being answered would take this for a part of that answer.
    const isAnswered = Array.from(answers).some(({ answer }) => answer.req.socket === socket)
    if (answer === undefined || isAnswered || !socket.writable) return socket.destroy()
    // Leaving at once could take the answer back.
    socket.end(answer)
    return socket.setTimeout(1000)
  })

/** For an error of Node.js with this code; nothing, where nobody could read an answer, as below HTTP. */
const answerTo = (code = ""): string | undefined => {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return tooLarge
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return tooSlow
    default:
      return code.startsWith("HPE_") ? malformed : undefined
  }
}

const encode = Schema.encodeSync(Schema.fromJsonString(Status))

/** The phrase is said here: what has them all, `node:http`, brings a fetch of its own along when it is imported, 4 MB of it. */
const write = (phrase: string, error: ApiError) => {
  const status = fromError(error)
  const body = `${encode(status)}\n`
  return [
    `HTTP/1.1 ${status.code} ${phrase}`,
    "Content-Type: application/json",
    "Cache-Control: no-cache, private",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
    "",
    body
  ].join("\r\n")
}

const tooLarge = write("Request Header Fields Too Large", new RequestTooLarge({ part: "header" }))
const tooSlow = write("Request Timeout", new RequestTooSlow())
const malformed = write("Bad Request", new BadRequest({ problem: "this is no HTTP request" }))
