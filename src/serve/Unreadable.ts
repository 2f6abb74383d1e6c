/** What clients of HTTP/1.1 are told who send what is no request, or one that is too large or too slow to be read. */
import { Schema } from "effect"
import { STATUS_CODES } from "node:http"
import { type ApiError, BadRequest, RequestTooLarge, RequestTooSlow } from "./ApiError.ts"
import { Status } from "./schema/Meta.ts"
import { fromError } from "./Status.ts"

/**
 * The bytes that answer an error of Node.js with this code, after which the connection ends. Where there is nobody who
 * could read an answer, as below HTTP, there is none.
 */
export const answer = (code = ""): string | undefined => {
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

const write = (error: ApiError) => {
  const status = fromError(error)
  const body = `${encode(status)}\n`
  return [
    `HTTP/1.1 ${status.code} ${STATUS_CODES[status.code]}`,
    "Content-Type: application/json",
    "Cache-Control: no-cache, private",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
    "",
    body
  ].join("\r\n")
}

const tooLarge = write(new RequestTooLarge({ part: "header" }))
const tooSlow = write(new RequestTooSlow())
const malformed = write(new BadRequest({ problem: "this is no HTTP request" }))
