/** Bodies that come compressed: a kubelet's page is a tenth then, on the wire and in what each connection holds to read it. */
import { Predicate, Result } from "effect"
import { crc32, gunzipSync } from "node:zlib"
import { inflate } from "./Inflate.ts"
import type { Problem } from "./ResponseReader.ts"

/** What bodies are unpacked into: they are read in one go, so that all of them have the same place. */
let room = new Uint8Array(64 * 1024)

/** Room that a single body needed is not kept for the others. */
const mostKept = 1024 * 1024

/** No byte of DEFLATE comes to more than this many: https://www.zlib.net/zlib_tech.html */
const densest = 1032

/** CRC and size stand at the end. */
const trailer = 8

/** What it was before, so many bytes at most: valid until another one is unpacked. https://www.rfc-editor.org/rfc/rfc1952 */
export const unzip = (body: Uint8Array, most: number): Result.Result<Uint8Array, Problem> => {
  const start = headEnd(body)
  const end = body.length - trailer
  if (start < 0 || start > end) return broken
  const view = new DataView(body.buffer, body.byteOffset, body.length)
  const size = view.getUint32(end + 4, true)
  // What stands there in a body that breaks off is no size.
  if (size > densest * body.length) return broken
  if (size > most) return tooLarge(most)
  const output = roomFor(size)
  return inflate(body, start, output) === end && crc32(output) === view.getUint32(end, true)
    ? Result.succeed(output)
    : body.length > mostForZlib
    ? broken
    : byZlib(body, most)
}

/**
 * What nearly all servers send is one member, of not too many blocks. Others may come from those that compress in between, and are
 * left to zlib: up to so many bytes, in which there are not so many blocks that it takes long.
 */
const mostForZlib = 256 * 1024

const byZlib = (body: Uint8Array, most: number): Result.Result<Uint8Array, Problem> =>
  Result.try(() => gunzipSync(body, { maxOutputLength: most })).pipe(
    Result.orElse((error) =>
      Predicate.isObject(error) && error["code"] === "ERR_BUFFER_TOO_LARGE" ? tooLarge(most) : broken
    )
  )

const tooLarge = (most: number): Result.Result<never, Problem> =>
  Result.fail({ reason: "body_too_large", detail: `the answer exceeds ${most} bytes when it is unpacked` })

const broken: Result.Result<never, Problem> = Result.fail({
  reason: "malformed_page",
  detail: "its body is not the gzip that it is said to be, or breaks off"
})

const roomFor = (size: number) => {
  if (size > mostKept) return new Uint8Array(size)
  if (size > room.length) room = new Uint8Array(size)
  return room.subarray(0, size)
}

/** Flags of the head: what follows its ten bytes. */
const [headCrc, extra, name, comment] = [2, 4, 8, 16]

/** Where the head ends; -1 when it is none. */
const headEnd = (body: Uint8Array) => {
  const [magic, magicToo, method, flags = 0] = body
  if (magic !== 0x1f || magicToo !== 0x8b || method !== 8 || flags > 31) return -1
  let at = 10
  if (flags & extra) at += 2 + (body[at]! | body[at + 1]! << 8)
  if (flags & name) at = behindZero(body, at)
  if (flags & comment) at = behindZero(body, at)
  return flags & headCrc ? at + 2 : at
}

/** Far behind everything where there is none. */
const behindZero = (body: Uint8Array, at: number) => (body.indexOf(0, at) >>> 0) + 1
