/** Objects written one after another, in pieces that others get their turn between. */
import { piece } from "../Pace.ts"

/** How objects are written. */
export interface Writer {
  /** The most bytes that an object comes to. */
  room(index: number): number
  /** Writes the object at a position; says where it ends. */
  write(bytes: Uint8Array, at: number, index: number): number
}

/** Roughly what an object comes to. */
const objectSize = 400

/** Hands out what is written of so many objects whenever that is enough. */
export const pieces = function*(objects: number, { room, write }: Writer) {
  const capacity = Math.min(piece, objects * objectSize)
  let bytes: Uint8Array = Buffer.allocUnsafeSlow(capacity)
  let length = 0
  for (let index = 0; index < objects; index++) {
    const needed = room(index)
    if (length + needed > bytes.length) {
      if (length > 0) yield bytes.subarray(0, length)
      bytes = Buffer.allocUnsafeSlow(Math.max(capacity, needed))
      length = 0
    }
    length = write(bytes, length, index)
  }
  if (length > 0) yield bytes.subarray(0, length)
}

/** Neighbours mostly share a value: what is made of it is made once for all of them. */
export const sharedByNeighbours = <A>(make: (value: A) => Uint8Array) => {
  let last: { readonly value: A; readonly made: Uint8Array } | undefined
  return (value: A): Uint8Array => {
    if (last === undefined || last.value !== value) last = { value, made: make(value) }
    return last.made
  }
}
