/** Objects and lists as compact JSON, byte for byte what their schemas encode: the form that most of what is sent has. */
import { Function } from "effect"
import type { Labels } from "../../discover/Labels.ts"
import { formatTimestamp } from "../../Quantity.ts"
import * as Recent from "../../Recent.ts"
import * as Amounts from "./Amounts.ts"
import * as Durations from "./Durations.ts"
import type { Listing, Shape, Slice } from "./Listing.ts"
import { pieces, roomOf, sharedByNeighbours } from "./Pieces.ts"
import * as Write from "./Write.ts"

const bytes = (text: string) => new TextEncoder().encode(text)

/** What stands around the objects. */
export const around = Function.memoize(
  ({ apiVersion, isList, kind }: Shape): readonly [before: Uint8Array, after: Uint8Array] =>
    isList
      ? [bytes(`{"kind":"${kind}List","apiVersion":"${apiVersion}","metadata":{},"items":[`), bytes("]}\n")]
      : [bytes(`{"kind":"${kind}","apiVersion":"${apiVersion}",`), bytes("\n")]
)

const text = {
  only: bytes(`"metadata":{"name":"`),
  first: bytes(`{"metadata":{"name":"`),
  next: bytes(`,{"metadata":{"name":"`),
  nextContainer: bytes(","),
  containers: bytes(`","containers":[`),
  usage: bytes(`","usage":{"cpu":"`),
  memory: bytes(`","memory":"`),
  swap: bytes(`","swap":"`),
  endOfUsage: bytes(`"}}`),
  endOfContainers: bytes("]}")
}

/** The end of the metadata: in large clusters the greater part of a list of nodes, and always the same. */
const ofLabels = Function.memoize((labels: Labels) =>
  bytes(`${Object.keys(labels).length === 0 ? "" : `,"labels":${JSON.stringify(labels)}`}},"timestamp":"`)
)

// What lists of the same time and of the same containers have in common.
const recentBytes = Recent.of(bytes)
const creation = Recent.of((second: number) => `","creationTimestamp":"${formatTimestamp(second * 1000)}"`)
const timestamp = Recent.of((second: number) => bytes(`${formatTimestamp(second * 1000)}","window":"`))
const container = Recent.of((name: string) => bytes(`{"name":${JSON.stringify(name)},"usage":{"cpu":"`))

/** The fixed texts of an object, and times; the same of a usage, with its quantities. */
const roomOfObject = 160
const roomOfUsage = 60 + 3 * Amounts.room

/** As few runs of bytes as can be: what objects share with their neighbours is one run, up to what differs. */
export const objects = ({ now, slices }: Listing, { isList, ofContainers }: Shape) => {
  const created = creation(Math.floor(now / 1000))
  const behindName = sharedByNeighbours((namespace: string | undefined) => {
    const inNamespace = namespace === undefined ? "" : `","namespace":${JSON.stringify(namespace).slice(0, -1)}`
    return recentBytes(`${inNamespace}${created}`)
  })
  const labelled = sharedByNeighbours(ofLabels)
  const behindWindow = ofContainers ? text.containers : text.usage
  let separator = isList ? text.first : text.only

  const usage = (bytes: Uint8Array, start: number, { cpuNanocores, memoryBytes, swapBytes }: Slice, row: number) => {
    let at = Amounts.cpu(bytes, start, cpuNanocores[row]!)
    at = Write.run(bytes, at, text.memory)
    at = Amounts.memory(bytes, at, memoryBytes[row]!)
    const swap = swapBytes[row]!
    if (!Number.isNaN(swap)) at = Amounts.memory(bytes, Write.run(bytes, at, text.swap), swap)
    return Write.run(bytes, at, text.endOfUsage)
  }

  return pieces(slices, {
    room: roomOf(
      roomOfObject,
      roomOfUsage,
      ({ labels, namespace }) => behindName(namespace).length + labelled(labels).length
    ),
    write: (bytes, start, slice, index) => {
      const { names, objects, starts, timestamps, windows } = slice
      const { labels, name, namespace } = objects[index]!
      let at = Write.json(bytes, Write.run(bytes, start, separator), name)
      separator = text.next
      at = Write.run(bytes, at, behindName(namespace))
      at = Write.run(bytes, at, labelled(labels))
      at = Write.run(bytes, at, timestamp(Math.floor(timestamps[index]! / 1000)))
      at = Write.run(bytes, Durations.text(bytes, at, windows[index]!), behindWindow)
      const first = starts[index]!
      if (!ofContainers) return usage(bytes, at, slice, first)
      const end = starts[index + 1]!
      for (let row = first; row < end; row++) {
        if (row > first) at = Write.run(bytes, at, text.nextContainer)
        at = usage(bytes, Write.run(bytes, at, container(names[row]!)), slice, row)
      }
      return Write.run(bytes, at, text.endOfContainers)
    }
  })
}
