/** Objects and lists as protobuf, byte for byte what `protobuf/Metrics.ts` writes: the form that controllers ask for. */
import { BinaryWriter } from "@bufbuild/protobuf/wire"
import { Function } from "effect"
import type { Labels } from "../../discover/Labels.ts"
import * as Recent from "../../Recent.ts"
import { writeLabels, writeListMeta, writeTime } from "../protobuf/Meta.ts"
import { envelope, message, string, type Write as WriteMessage } from "../protobuf/Wire.ts"
import * as Amounts from "./Amounts.ts"
import * as Durations from "./Durations.ts"
import * as Fixed from "./Fixed.ts"
import type { Listing, Shape, Slice } from "./Listing.ts"
import { pieces } from "./Pieces.ts"
import * as Runs from "./Runs.ts"
import * as Write from "./Write.ts"

const written = <A>(write: WriteMessage<A>, value: A) => write(new BinaryWriter(), value).finish()

/** What stands around the objects, which are so many bytes in all. */
export const around = (shape: Shape, length: number): readonly [before: Uint8Array, after: Uint8Array] => {
  const { after, before, start } = envelopeOf(shape)
  const whole = new Uint8Array(before.length + Write.sizeOf(start.length + length) + start.length)
  whole.set(before)
  whole.set(start, Write.varint(new Write.Sheet(whole), before.length, start.length + length))
  return [whole, after]
}

/** The message of a list starts with what is said of the list. */
const envelopeOf = Function.memoize(({ apiVersion, isList, kind }: Shape) => ({
  ...envelope({ apiVersion, kind: isList ? `${kind}List` : kind }),
  start: isList ? written((writer) => message(writer, 1, writeListMeta, undefined), undefined) : new Uint8Array()
}))

/** Fields of type message or string: their number, and that their length follows. */
const field = (number: number) => number << 3 | 2

const [first, second, third, fourth] = [field(1), field(2), field(3), field(4)]

/** An entry of a map: the resource, and a message that holds nothing but a text. The lengths are not known yet. */
const entry = (number: number) => (resource: string) =>
  new Runs.Run(Uint8Array.of(field(number), 0, first, resource.length, ...Buffer.from(resource), second, 0, first, 0))

const entries = (number: number) => {
  const [cpu, memory, swap] = ["cpu", "memory", "swap"].map(entry(number)) as [Runs.Run, Runs.Run, Runs.Run]
  return { cpu, memory, swap }
}

/** The field of a container that is its usage, and that of a node. */
const ofContainer = entries(2)
const ofNode = entries(4)

/** Of a node the greater part, and always the same. */
const ofLabels = Function.memoize((labels: Labels) => written(writeLabels, labels))

const ofName = (name: string) => written((writer) => string(writer, 1, name), undefined)

const fixed = Fixed.of(ofName, ofLabels)

// What lists of the same times and of the same containers have in common.
/** And the tag of the window, which follows. */
const timestamp = Recent.ofIntegers((second: number) =>
  new Runs.Run(Uint8Array.of(...written((writer) => message(writer, 2, writeTime, second * 1000), undefined), third))
)
/** Behind the name: of seconds since the epoch, and a namespace. */
const restOfMeta = Recent.of((createdIn: string) => {
  const space = createdIn.indexOf(" ")
  return new Runs.Run(written((writer) => {
    string(writer, 2, "") // generateName
    string(writer, 3, createdIn.slice(space + 1))
    for (const empty of [4, 5, 6]) string(writer, empty, "") // selfLink, uid, resourceVersion
    writer.tag(7, 0).int64(0) // generation
    return message(writer, 8, writeTime, Number(createdIn.slice(0, space)) * 1000)
  }, undefined))
})
const nameOf = Recent.of((name: string) => new Runs.Run(ofName(name)))

/** The tags and lengths of an object, and times; the same of a container, with its quantities. */
const roomOfObject = 80
const roomOfUsage = 60 + 3 * Amounts.room

/** As few runs of bytes as can be: what objects share with their neighbours is one run, up to what differs. */
export const objects = ({ now, slices }: Listing, { isList, ofContainers }: Shape) => {
  const created = Math.floor(now / 1000)

  const usage = (
    sheet: Write.Sheet,
    start: number,
    { cpu, memory, swap }: typeof ofNode,
    { cpuNanocores, memoryBytes, swapBytes }: Slice,
    row: number
  ) => {
    let at = Runs.write(sheet, start, cpu)
    at = closed(sheet, cpu, at, Amounts.cpu(sheet, at, cpuNanocores[row]!))
    at = Runs.write(sheet, at, memory)
    at = closed(sheet, memory, at, Amounts.memory(sheet, at, memoryBytes[row]!))
    const ofSwap = swapBytes[row]!
    if (Number.isNaN(ofSwap)) return at
    at = Runs.write(sheet, at, swap)
    return closed(sheet, swap, at, Amounts.memory(sheet, at, ofSwap))
  }

  return pieces(slices, {
    fixed,
    behindName: (namespace = "") => restOfMeta(`${created} ${namespace}`),
    roomOfObject,
    roomOfUsage,
    write: (sheet, start, slice, index, { count, texts }, behindName) => {
      const { view } = sheet
      const place = slice.places[index]!
      // What is an item of a list is the whole of a message that is sent by itself.
      if (isList) view.setUint8(start, second)
      const object = isList ? start + 3 : start
      view.setUint8(object, first)
      const metadata = Runs.lengthOf(texts, place) + behindName.length + Runs.lengthOf(texts, count + place)
      let at = Write.varint(sheet, object + 1, metadata)
      at = Runs.writeOne(sheet, at, texts, place)
      at = Runs.write(sheet, at, behindName)
      at = Runs.writeOne(sheet, at, texts, count + place)
      at = Runs.write(sheet, at, timestamp(Math.floor(slice.timestamps[index]! / 1000)))
      at = Durations.message(sheet, at, slice.windows[index]!)
      const row = slice.starts[index]!
      if (!ofContainers) at = usage(sheet, at, ofNode, slice, row)
      else {
        const end = slice.starts[index + 1]!
        for (let container = row; container < end; container++) {
          view.setUint8(at, fourth)
          const begin = at + 2
          at = Runs.write(sheet, begin, nameOf(slice.names[container]!))
          at = Write.length(sheet, begin, usage(sheet, at, ofContainer, slice, container), 1)
        }
      }
      return isList ? Write.length(sheet, object, at, 2) : at
    }
  })
}

/** An entry whose text is written: now its lengths are known, and with 18 characters at most none needs a second byte. */
const closed = ({ view }: Write.Sheet, entry: Runs.Run, start: number, end: number) => {
  const length = end - start
  view.setUint8(start - 1, length)
  view.setUint8(start - 3, length + 2)
  view.setUint8(start - entry.length + 1, entry.length - 2 + length)
  return end
}
