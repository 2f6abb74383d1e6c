/** Objects and lists as compact JSON, byte for byte what their schemas encode: the form that most of what is sent has. */
import { Function } from "effect"
import type { Labels } from "../../discover/Labels.ts"
import { formatTimestamp } from "../../Quantity.ts"
import * as Recent from "../../Recent.ts"
import * as Amounts from "./Amounts.ts"
import * as Durations from "./Durations.ts"
import * as Fixed from "./Fixed.ts"
import type { Listing, Shape, Slice } from "./Listing.ts"
import { pieces } from "./Pieces.ts"
import * as Runs from "./Runs.ts"
import type { Sheet } from "./Write.ts"

const bytes = (text: string) => new TextEncoder().encode(text)

/** What stands around the objects. */
export const around = Function.memoize(
  ({ apiVersion, isList, kind }: Shape): readonly [before: Uint8Array, after: Uint8Array] =>
    isList
      ? [bytes(`{"kind":"${kind}List","apiVersion":"${apiVersion}","metadata":{},"items":[`), bytes("]}\n")]
      : [bytes(`{"kind":"${kind}","apiVersion":"${apiVersion}",`), bytes("\n")]
)

const run = (text: string) => new Runs.Run(bytes(text))

const text = {
  only: run(`"metadata":{"name":"`),
  first: run(`{"metadata":{"name":"`),
  next: run(`,{"metadata":{"name":"`),
  nextContainer: run(","),
  containers: run(`","containers":[`),
  usage: run(`","usage":{"cpu":"`),
  memory: run(`","memory":"`),
  swap: run(`","swap":"`),
  endOfUsage: run(`"}}`),
  endOfContainers: run("]}")
}

/** The end of the metadata: in large clusters the greater part of a list of nodes, and always the same. */
const ofLabels = Function.memoize((labels: Labels) =>
  bytes(`${Object.keys(labels).length === 0 ? "" : `,"labels":${JSON.stringify(labels)}`}},"timestamp":"`)
)

const fixed = Fixed.of((name) => bytes(JSON.stringify(name).slice(1, -1)), ofLabels)

// What lists of the same time and of the same containers have in common.
const recentRun = Recent.of(run)
const creation = Recent.of((second: number) => `","creationTimestamp":"${formatTimestamp(second * 1000)}"`)
const timestamp = Recent.ofIntegers((second: number) => run(`${formatTimestamp(second * 1000)}","window":"`))
const container = Recent.of((name: string) => run(`{"name":${JSON.stringify(name)},"usage":{"cpu":"`))

/** The fixed texts of an object, and times; the same of a usage, with its quantities. */
const roomOfObject = 160
const roomOfUsage = 60 + 3 * Amounts.room

/** As few runs of bytes as can be: what objects share with their neighbours is one run, up to what differs. */
export const objects = ({ now, slices }: Listing, { isList, ofContainers }: Shape) => {
  const created = creation(Math.floor(now / 1000))
  const behindWindow = ofContainers ? text.containers : text.usage
  let separator = isList ? text.first : text.only

  const usage = (sheet: Sheet, start: number, { cpuNanocores, memoryBytes, swapBytes }: Slice, row: number) => {
    let at = Amounts.cpu(sheet, start, cpuNanocores[row]!)
    at = Runs.write(sheet, at, text.memory)
    at = Amounts.memory(sheet, at, memoryBytes[row]!)
    const swap = swapBytes[row]!
    if (!Number.isNaN(swap)) at = Amounts.memory(sheet, Runs.write(sheet, at, text.swap), swap)
    return Runs.write(sheet, at, text.endOfUsage)
  }

  return pieces(slices, {
    fixed,
    behindName: (namespace) => {
      const inNamespace = namespace === undefined ? "" : `","namespace":${JSON.stringify(namespace).slice(0, -1)}`
      return recentRun(`${inNamespace}${created}`)
    },
    roomOfObject,
    roomOfUsage,
    write: (sheet, start, slice, index, { count, texts }, behindName) => {
      const place = slice.places[index]!
      let at = Runs.writeOne(sheet, Runs.write(sheet, start, separator), texts, place)
      separator = text.next
      at = Runs.write(sheet, at, behindName)
      at = Runs.writeOne(sheet, at, texts, count + place)
      at = Runs.write(sheet, at, timestamp(Math.floor(slice.timestamps[index]! / 1000)))
      at = Runs.write(sheet, Durations.text(sheet, at, slice.windows[index]!), behindWindow)
      const first = slice.starts[index]!
      if (!ofContainers) return usage(sheet, at, slice, first)
      const end = slice.starts[index + 1]!
      for (let row = first; row < end; row++) {
        if (row > first) at = Runs.write(sheet, at, text.nextContainer)
        at = usage(sheet, Runs.write(sheet, at, container(slice.names[row]!)), slice, row)
      }
      return Runs.write(sheet, at, text.endOfContainers)
    }
  })
}
