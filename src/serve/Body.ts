/** Bodies of answers that are made in pieces: at once where there is one, else bit by bit, while others get their turn. */
import { Effect, Stream } from "effect"
import { HttpBody } from "effect/http"
import * as Connection from "./Connection.ts"
import type { Pieces } from "./Document.ts"
import * as PieceBuffers from "./lists/PieceBuffers.ts"

export const make = ({ around, isCounted, pieces }: Pieces, contentType: string): HttpBody.HttpBody => {
  const iterator = pieces[Symbol.iterator]()
  const first = iterator.next()
  const second = first.done === true ? first : iterator.next()
  if (second.done === true) {
    const only = first.done === true ? [] : [first.value]
    const [before, after] = around(only[0]?.length ?? 0)
    const whole = Buffer.concat([before, ...only, after])
    only.forEach(PieceBuffers.give)
    return HttpBody.uint8Array(whole, contentType)
  }
  const rest: Iterable<Uint8Array> = { [Symbol.iterator]: () => iterator }
  const all = function*() {
    if (first.done !== true) yield first.value
    yield second.value
    yield* rest
  }
  return HttpBody.stream(isCounted ? counted(all(), around) : uncounted(all(), around), contentType)
}

/** One piece at a time: the next one is made when the client has taken the one before. */
const uncounted = (pieces: Iterable<Uint8Array>, around: Pieces["around"]) => inOrder(pieces, around(0))

/** The beginning says how long it all is, so that all of it is made before. */
const counted = (pieces: Iterable<Uint8Array>, around: Pieces["around"]) =>
  Stream.unwrap(Effect.gen(function*() {
    const made: Array<Uint8Array> = []
    let length = 0
    for (const piece of pieces) {
      made.push(piece)
      length += piece.length
      yield* Effect.yieldNow
    }
    return inOrder(made, around(length))
  }))

const inOrder = (pieces: Iterable<Uint8Array>, [before, after]: ReturnType<Pieces["around"]>) =>
  Stream.unwrap(Effect.map(Connection.whenSent, (whenSent) =>
    Stream.fromIterable(
      (function*() {
        yield before
        const lent = yield* PieceBuffers.lend(pieces)
        yield after
        whenSent(() => lent.forEach(PieceBuffers.give))
      })(),
      { chunkSize: 1 }
    )))
