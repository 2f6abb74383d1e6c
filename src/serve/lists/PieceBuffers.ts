/** What pieces of lists are written in, and again when they are gone: nothing for V8 to collect, or for the kernel to clear. */
import { piece } from "../Pace.ts"

/** Two megabytes are kept for lists to come. */
const most = 16

const idle: Array<ArrayBuffer> = []

/** A piece's room, or more if it takes more; it holds whatever it did before. */
export const take = (least: number): Uint8Array =>
  new Uint8Array(least > piece ? new ArrayBuffer(least) : idle.pop() ?? new ArrayBuffer(piece))

/** Nobody reads it any more. */
export const give = ({ buffer }: Uint8Array) => {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === piece && idle.length < most) idle.push(buffer)
}

/**
 * Lends pieces: each is good until the second one after it has been asked for. Who writes to a socket asks for the next one
 * when the one before has been taken, if that is longer than what a stream holds back, as all are but the last.
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
}
