/** What pieces of lists are written in, and again when they are gone, unless V8 has collected them by then. */
import { piece } from "../Pace.ts"

/** Room for what most answers are: one object, or the pods of a deployment. */
export const short = 16 * 1024

/** By their size, those that nobody reads any more: they are still here for the next answer, and are no memory that we keep. */
const idle = new Map<number, Array<WeakRef<ArrayBuffer>>>([[short, []], [piece, []]])

/** What V8 has collected is only found out by asking. */
const most = 4096

const ours = new WeakMap<ArrayBufferLike, WeakRef<ArrayBuffer>>()

/** What is left free at the beginning of a list, for what comes before it: bytes. */
export const lead = 256

/** Room for a short answer, for a piece, or more if it takes more; it holds whatever it did before. */
export const take = (least: number): Uint8Array => {
  const size = least <= short ? short : Math.max(least, piece)
  return new Uint8Array(lastIdle(size) ?? fresh(size))
}

const fresh = (size: number) => {
  const buffer = new ArrayBuffer(size)
  if (idle.has(size)) ours.set(buffer, new WeakRef(buffer))
  return buffer
}

const lastIdle = (size: number) => {
  const buffers = idle.get(size)
  for (let ref = buffers?.pop(); ref !== undefined; ref = buffers?.pop()) {
    const buffer = ref.deref()
    if (buffer !== undefined) return buffer
  }
  return undefined
}

/** What was written so far, in the room of a piece, or more if it takes more. */
export const grow = (written: Uint8Array, least: number): Uint8Array => {
  const larger = take(Math.max(least, piece))
  larger.set(written)
  give(written)
  return larger
}

/** The same piece with something before and behind it, in its own buffer; where there is no room, in none. */
export const framed = (piece: Uint8Array, before: Uint8Array, after: Uint8Array): Uint8Array | undefined => {
  const { buffer, byteOffset } = piece
  const start = byteOffset - before.length
  const length = before.length + piece.length + after.length
  if (!ours.has(buffer) || start < 0 || start + length > buffer.byteLength) return undefined
  const whole = new Uint8Array(buffer, start, length)
  whole.set(before)
  whole.set(after, length - after.length)
  return whole
}

/** Nobody reads it any more. */
export const give = ({ buffer }: Uint8Array) => {
  const ref = ours.get(buffer)
  const buffers = idle.get(buffer.byteLength)
  if (ref !== undefined && buffers !== undefined && buffers.length < most) buffers.push(ref)
}

/**
 * Lends pieces: each is good until the second one after it has been asked for. Who writes to a socket asks for the next one
 * when the one before has been taken, if that is longer than what a stream holds back, as all are but the last. Returns those
 * that are still lent, to be given when all is sent.
 */
export const lend = function*(pieces: Iterable<Uint8Array>) {
  let last: Uint8Array | undefined
  let beforeLast: Uint8Array | undefined
  for (const piece of pieces) {
    if (beforeLast !== undefined) give(beforeLast)
    beforeLast = last
    last = piece
    yield piece
  }
  return [beforeLast, last].filter((piece) => piece !== undefined)
}
