/** One HTTP/1.1 response as it arrives, in pieces of any size. Read by hand: thousands of them come every few seconds. */
import * as BodyRooms from "./BodyRooms.ts"
import { lineFeed } from "./Bytes.ts"

/** Why what arrives is no response, or none that is wanted. */
export interface Problem {
  readonly reason: "malformed_page" | "body_too_large" | "reset"
  readonly detail: string
}

type State =
  /** A line is expected: of the head, of a chunk's frame, or behind the last chunk. */
  | "status"
  | "header"
  | "chunk size"
  | "chunk end"
  | "trailer"
  /** The body is expected: as long as was said, or until the connection ends. */
  | "sized"
  | "chunk"
  | "unsized"
  | "complete"

/** The lines of a response, in bytes; also of one that never gets to its body. */
const maxLines = 64 * 1024

export class ResponseReader {
  status = 0
  /** Whether another request may follow on the same connection. */
  keepsAlive = false
  problem: Problem | undefined
  /** Whether the body is compressed. */
  isGzip = false
  readonly #maxBody: number
  #state: State = "status"
  #body = BodyRooms.none
  #length = 0
  /** What is left of the body or of the chunk. */
  #remaining = 0
  #isChunked = false
  #size: number | undefined
  /** The beginning of a line whose end has not come yet. */
  #line = ""
  #lines = 0

  /** Bytes. */
  constructor(maxBody: number) {
    this.#maxBody = maxBody
  }

  /** Whether nothing has come of it yet. */
  get isEmpty() {
    return this.#state === "status" && this.#line === ""
  }

  /** What has come of the body: valid until it is released or the next response begins. */
  get body(): Uint8Array {
    return this.#body.subarray(0, this.#length)
  }

  begin() {
    this.#length = 0
    this.#lines = 0
    this.problem = undefined
    this.#expectHead()
  }

  /** Takes the next piece, the first `end` bytes of the buffer; true when the response is over, well or with a problem. */
  take(piece: Buffer, end: number) {
    let at = 0
    while (at < end && !this.#isOver) {
      at = this.#state === "sized" || this.#state === "chunk" || this.#state === "unsized"
        ? this.#takeBody(piece, at, end)
        : this.#takeLine(piece, at, end)
    }
    // What nobody asked for belongs to no response.
    if (at < end) this.keepsAlive = false
    return this.#isOver
  }

  /** Nothing more comes. */
  end() {
    this.keepsAlive = false
    if (this.#state === "unsized") this.#state = "complete"
    else this.#fail("reset", "the connection ended before the answer did")
  }

  /** Nobody reads the body any more. */
  release() {
    BodyRooms.give(this.#body)
    this.#body = BodyRooms.none
    this.#length = 0
  }

  get #isOver() {
    return this.#state === "complete" || this.problem !== undefined
  }

  #expectHead() {
    this.#state = "status"
    this.#line = ""
    this.#size = undefined
    this.#isChunked = false
    this.isGzip = false
  }

  #fail(reason: Problem["reason"], detail: string) {
    this.keepsAlive = false
    this.problem ??= { reason, detail }
  }

  #takeLine(piece: Buffer, at: number, end: number) {
    const found = piece.indexOf(lineFeed, at)
    const stop = found < 0 || found >= end ? end : found
    this.#lines += stop - at
    if (this.#lines > maxLines) this.#fail("malformed_page", "its head is too long")
    const line = this.#line + piece.toString("latin1", at, stop)
    if (stop === end) {
      this.#line = line
      return end
    }
    this.#line = ""
    this.#readLine(line.endsWith("\r") ? line.slice(0, -1) : line)
    return stop + 1
  }

  #readLine(line: string) {
    switch (this.#state) {
      case "status":
        return this.#readStatus(line)
      case "header":
        return line === "" ? this.#beginBody() : this.#readHeader(line)
      case "chunk size":
        return this.#readChunkSize(line)
      case "chunk end":
        if (line !== "") return this.#fail("malformed_page", "a chunk of it is longer than it says")
        this.#state = "chunk size"
        return
      default:
        if (line === "") this.#state = "complete"
    }
  }

  #readStatus(line: string) {
    const [, minor, status] = /^HTTP\/1\.([01]) (\d{3})(?: |$)/.exec(line) ?? []
    if (status === undefined) return this.#fail("malformed_page", `it begins with ${JSON.stringify(line.slice(0, 40))}`)
    this.status = Number(status)
    this.keepsAlive = minor === "1"
    this.#state = "header"
  }

  #readHeader(line: string) {
    const colon = line.indexOf(":")
    const value = line.slice(colon + 1).trim()
    switch (line.slice(0, colon).toLowerCase()) {
      case "content-length":
        if (!/^\d{1,15}$/.test(value)) return this.#fail("malformed_page", `its length is ${JSON.stringify(value)}`)
        this.#size = Number(value)
        return
      case "transfer-encoding":
        if (value.toLowerCase() !== "chunked") {
          return this.#fail("malformed_page", `its transfer encoding is ${JSON.stringify(value)}`)
        }
        this.#isChunked = true
        return
      case "content-encoding":
        this.isGzip = /^(x-)?gzip$/i.test(value)
        if (!this.isGzip && value.toLowerCase() !== "identity") {
          this.#fail("malformed_page", `its encoding, ${JSON.stringify(value)}, was not asked for`)
        }
        return
      case "connection":
        if (/\bclose\b/i.test(value)) this.keepsAlive = false
    }
  }

  #beginBody() {
    // Something is said before the answer itself.
    if (this.status < 200) return this.#expectHead()
    if (this.status === 204 || this.status === 304) this.#state = "complete"
    else if (this.#isChunked) this.#state = "chunk size"
    else if (this.#size === undefined) {
      this.keepsAlive = false
      this.#state = "unsized"
      this.#remaining = Number.POSITIVE_INFINITY
    } else this.#expectBytes(this.#size, "sized", "complete")
  }

  #readChunkSize(line: string) {
    const [, digits] = /^([0-9a-f]{1,8})[ \t]*(?:;|$)/i.exec(line) ?? []
    if (digits === undefined) {
      return this.#fail("malformed_page", `the size of a chunk is ${JSON.stringify(line.slice(0, 40))}`)
    }
    this.#expectBytes(Number.parseInt(digits, 16), "chunk", "trailer")
  }

  #expectBytes(count: number, state: State, otherwise: State) {
    this.#remaining = count
    this.#state = count > 0 ? state : otherwise
  }

  #takeBody(piece: Buffer, at: number, end: number) {
    const count = Math.min(end - at, this.#remaining)
    if (this.#length + count > this.#maxBody) {
      this.#fail("body_too_large", `the answer exceeds ${this.#maxBody} bytes`)
      return at
    }
    this.#body = BodyRooms.grown(this.#body, this.#length, this.#length + count)
    piece.copy(this.#body, this.#length, at, at + count)
    this.#length += count
    this.#remaining -= count
    if (this.#remaining === 0) this.#state = this.#state === "sized" ? "complete" : "chunk end"
    return at + count
  }
}
