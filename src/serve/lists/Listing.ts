/** What a list says: objects and what they used, in columns, gathered a slice at a time while it is written. */
import type { Labels } from "../../discover/Labels.ts"
import type { Usages } from "../../Sample.ts"

/** A node, or a pod. */
export interface Listed {
  readonly namespace?: string
  readonly name: string
  readonly labels: Labels
}

export interface Listing<Object extends Listed = Listed> {
  /** When it was asked for: milliseconds since the epoch. */
  readonly now: number
  /** Each is of the moment when it is asked for, and good until the next one is. */
  readonly slices: Iterable<Slice<Object>>
}

/** Objects of one slice: a list that is no longer is of one moment, and gathering one keeps nobody waiting. */
const most = 1024

/** Of all these, those that have usages. */
export const make = <Object extends Listed>(
  now: number,
  all: ReadonlyArray<Object>,
  usagesOf: (object: Object, index: number) => Usages | undefined
): Listing<Object> => ({ now, slices: { [Symbol.iterator]: () => gather(all, usagesOf) } })

const gather = function*<Object extends Listed>(
  all: ReadonlyArray<Object>,
  usagesOf: (object: Object, index: number) => Usages | undefined
) {
  const slice = new Slice<Object>(Math.min(most, all.length))
  for (let index = 0; index < all.length; index++) {
    const object = all[index]!
    const usages = usagesOf(object, index)
    if (usages === undefined) continue
    slice.push(object, usages)
    if (slice.objects.length < most) continue
    yield slice
    slice.clear()
  }
  if (slice.objects.length > 0) yield slice
}

/**
 * Usage lies scattered in the store, in the order of nodes, and lists are in that of names. It is gathered all at once,
 * which the processor does for many objects at a time; what is written afterwards is read from one end to the other.
 */
export class Slice<Object extends Listed = Listed> {
  readonly objects: Array<Object> = []
  /** Of each object, as in `Usages`. */
  readonly timestamps: Float64Array
  readonly windows: Float64Array
  /** Where the usages of each object begin in the next columns; and at the end, where they end. */
  readonly starts: Uint32Array
  readonly names: Array<string> = []
  readonly cpuNanocores: Array<number> = []
  readonly memoryBytes: Array<number> = []
  readonly swapBytes: Array<number> = []

  /** So many objects at most. */
  constructor(room: number) {
    this.timestamps = new Float64Array(room)
    this.windows = new Float64Array(room)
    this.starts = new Uint32Array(room + 1)
  }

  push(object: Object, usages: Usages) {
    const index = this.objects.length
    this.objects.push(object)
    this.timestamps[index] = usages.timestamp
    this.windows[index] = usages.window
    for (let of = 0; of < usages.size; of++) {
      this.names.push(usages.name(of))
      this.cpuNanocores.push(usages.cpuNanocores(of))
      this.memoryBytes.push(usages.memoryBytes(of))
      this.swapBytes.push(usages.swapBytes(of))
    }
    this.starts[index + 1] = this.names.length
  }

  clear() {
    this.objects.length = 0
    this.names.length = 0
    this.cpuNanocores.length = 0
    this.memoryBytes.length = 0
    this.swapBytes.length = 0
  }
}

/** The usages of one object of a slice. */
export const usagesOf = (slice: Slice, index: number): Omit<Usages, "node"> => {
  const start = slice.starts[index]!
  return {
    timestamp: slice.timestamps[index]!,
    window: slice.windows[index]!,
    size: slice.starts[index + 1]! - start,
    name: (of) => slice.names[start + of]!,
    cpuNanocores: (of) => slice.cpuNanocores[start + of]!,
    memoryBytes: (of) => slice.memoryBytes[start + of]!,
    swapBytes: (of) => slice.swapBytes[start + of]!
  }
}

/** Whose usage it is, and what the type is called. */
export interface Shape {
  readonly kind: string
  readonly apiVersion: string
  /** A usage for each container; else the one of the object itself. */
  readonly ofContainers: boolean
}
