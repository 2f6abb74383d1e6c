/** What pieces of lists are written in, and again when they are gone, unless V8 has collected them by then. */
import { piece } from "../Pace.ts"

/** Pieces that nobody reads any more: those of one list are still here for the next, and are no memory that we keep. */
const idle: Array<WeakRef<ArrayBuffer>> = []

/** What V8 has collected is only found out by asking. */
const most = 4096

/** A piece's room, or more if it takes more; it holds whatever it did before. */
export const take = (least: number): Uint8Array =>
  new Uint8Array(least > piece ? new ArrayBuffer(least) : lastIdle() ?? new ArrayBuffer(piece))

const lastIdle = () => {
  while (idle.length > 0) {
    const buffer = idle.pop()?.deref()
    if (buffer !== undefined) return buffer
  }
  return undefined
}

/** Nobody reads it any more. */
export const give = ({ buffer }: Uint8Array) => {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === piece && idle.length < most) idle.push(new WeakRef(buffer))
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
