/** Objects written one after another, in pieces that others get their turn between. */
import { piece } from "../Pace.ts"
import type { Fixed } from "./Fixed.ts"
import type { Listed, Slice } from "./Listing.ts"
import * as PieceBuffers from "./PieceBuffers.ts"
import { beyond, lengthOf, type Run } from "./Runs.ts"
import { Sheet } from "./Write.ts"

/** How the objects of a slice are written. */
export interface Writer {
  fixed(part: ReadonlyArray<Listed>): Fixed
  /** What stands behind the name of each object of the namespace. */
  behindName(namespace: string | undefined): Run
  /** The most bytes that an object comes to, besides what is above; and each of its usages, besides the name. */
  readonly roomOfObject: number
  readonly roomOfUsage: number
  /** Writes the object at a position; says where it ends. */
  write(sheet: Sheet, at: number, slice: Slice, index: number, fixed: Fixed, behindName: Run): number
}

/** The most that a character of a name comes to, in UTF-8 and in JSON. */
const roomOfCharacter = 6

/** Hands out what is written of the objects whenever that is enough. */
export const pieces = function*(slices: Iterable<Slice>, writer: Writer) {
  const { roomOfObject, roomOfUsage } = writer
  // Of a short list the first piece is the last one, and what comes before it is written there, too.
  let start = PieceBuffers.lead
  let end = start
  let sheet = new Sheet(PieceBuffers.take(end))
  for (const slice of slices) {
    const fixed = writer.fixed(slice.part)
    const behindName = writer.behindName(fixed.namespace)
    const { count, texts } = fixed
    const roomOfAny = roomOfObject + behindName.length + beyond
    for (let index = 0; index < slice.length; index++) {
      const place = slice.places[index]!
      let needed = roomOfAny + lengthOf(texts, place) + lengthOf(texts, count + place)
      for (let row = slice.starts[index]!; row < slice.starts[index + 1]!; row++) {
        needed += roomOfUsage + roomOfCharacter * slice.names[row]!.length
      }
      const { bytes } = sheet
      if (end + needed > bytes.length) {
        if (bytes.length < piece) sheet = new Sheet(PieceBuffers.grow(bytes.subarray(0, end), end + needed))
        else {
          if (end > start) yield bytes.subarray(start, end)
          sheet = new Sheet(PieceBuffers.take(Math.max(needed, piece)))
          start = 0
          end = 0
        }
      }
      end = writer.write(sheet, end, slice, index, fixed, behindName)
    }
  }
  if (end > start) yield sheet.bytes.subarray(start, end)
  else PieceBuffers.give(sheet.bytes)
}
