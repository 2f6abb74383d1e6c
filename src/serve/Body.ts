/** Bodies of answers that are made in pieces: at once where there is one, else bit by bit, while others get their turn. */
import { Effect, Option, Stream } from "effect"
import { HttpBody, HttpServerRequest, type HttpServerResponse } from "effect/http"
import * as Connection from "./Connection.ts"
import type { Pieces } from "./Document.ts"
import * as PieceBuffers from "./lists/PieceBuffers.ts"

export const make = ({ around, isCounted, pieces }: Pieces, contentType: string): HttpBody.HttpBody => {
  const iterator = pieces[Symbol.iterator]()
  const first = iterator.next()
  const second = first.done === true ? first : iterator.next()
  if (second.done === true) {
    const only = first.done === true ? nothing : first.value
    const [before, after] = around(only.length)
    const framed = PieceBuffers.framed(only, before, after)
    if (framed !== undefined) return new Lent(framed, contentType, framed.length)
    return HttpBody.uint8Array(Buffer.concat([before, only, after]), contentType)
  }
  const rest: Iterable<Uint8Array> = { [Symbol.iterator]: () => iterator }
  const all = function*() {
    if (first.done !== true) yield first.value
    yield second.value
    yield* rest
  }
  return HttpBody.stream(isCounted ? counted(all(), around) : uncounted(all(), around), contentType)
}

const nothing = new Uint8Array()

/** It is in a buffer that the next answer may have when this one is sent. */
class Lent extends HttpBody.Uint8Array {}

/** The same answer to a request, whose body's buffer comes back when it is sent. */
export const giveBack = (
  answer: HttpServerResponse.HttpServerResponse,
  request: HttpServerRequest.HttpServerRequest
) => {
  const { body } = answer
  if (body instanceof Lent) Connection.whenSent(request, () => PieceBuffers.give(body.body))
  return answer
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
  Stream.unwrap(Effect.map(Effect.serviceOption(HttpServerRequest.HttpServerRequest), (request) =>
    Stream.fromIterable(
      (function*() {
        yield before
        const lent = yield* PieceBuffers.lend(pieces)
        yield after
        if (Option.isSome(request)) Connection.whenSent(request.value, () => lent.forEach(PieceBuffers.give))
      })(),
      { chunkSize: 1 }
    )))
