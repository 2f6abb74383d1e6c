/** Objects written one after another, in pieces that others get their turn between. */
import { piece } from "../Pace.ts"
import type { Listed, Slice } from "./Listing.ts"
import * as PieceBuffers from "./PieceBuffers.ts"
import * as Write from "./Write.ts"

/** How the objects of a slice are written. */
export interface Writer {
  /** The most bytes that an object comes to. */
  room(slice: Slice, index: number): number
  /** Writes the object at a position; says where it ends. */
  write(bytes: Uint8Array, at: number, slice: Slice, index: number): number
}

/** Hands out what is written of the objects whenever that is enough. */
export const pieces = function*(slices: Iterable<Slice>, { room, write }: Writer) {
  // Of a short list the first piece is the last one, and what comes before it is written there, too.
  let start = PieceBuffers.lead
  let end = start
  let bytes = PieceBuffers.take(end)
  for (const slice of slices) {
    for (let index = 0; index < slice.length; index++) {
      const needed = room(slice, index)
      if (end + needed > bytes.length) {
        if (bytes.length < piece) bytes = PieceBuffers.grow(bytes.subarray(0, end), end + needed)
        else {
          if (end > start) yield bytes.subarray(start, end)
          bytes = PieceBuffers.take(Math.max(needed, piece))
          start = 0
          end = 0
        }
      }
      end = write(bytes, end, slice, index)
    }
  }
  if (end > start) yield bytes.subarray(start, end)
  else PieceBuffers.give(bytes)
}

/** Room for what is fixed of an object and of each of its usages, for the names in them, and for what neighbours share. */
export const roomOf =
  (ofObject: number, ofUsage: number, shared: (object: Listed) => number): Writer["room"] =>
  ({ names, objects, starts }, index) => {
    const object = objects[index]!
    let room = ofObject + Write.room(object.name) + shared(object)
    for (let row = starts[index]!; row < starts[index + 1]!; row++) room += ofUsage + Write.room(names[row]!)
    return room
  }

/** Neighbours mostly share a value: what is made of it is made once for all of them. */
export const sharedByNeighbours = <A>(make: (value: A) => Uint8Array) => {
  let last: { readonly value: A; readonly made: Uint8Array } | undefined
  return (value: A): Uint8Array => {
    if (last === undefined || last.value !== value) last = { value, made: make(value) }
    return last.made
  }
}
