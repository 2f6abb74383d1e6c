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
  /** Each is of the moment when it is asked for. */
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
  let objects: Array<Object> = []
  let usages: Array<Usages> = []
  for (let index = 0; index < all.length; index++) {
    const object = all[index]!
    const used = usagesOf(object, index)
    if (used === undefined) continue
    objects.push(object)
    usages.push(used)
    if (objects.length < most) continue
    yield new Slice(objects, usages)
    objects = []
    usages = []
  }
  if (objects.length > 0) yield new Slice(objects, usages)
}

/**
 * Usage lies scattered in the store, in the order of nodes, and lists are in that of names. It is gathered all at once,
 * which the processor does for many objects at a time; what is written afterwards is read from one end to the other.
 */
export class Slice<Object extends Listed = Listed> {
  readonly objects: ReadonlyArray<Object>
  /** Of each object, as in `Usages`. */
  readonly timestamps: Float64Array
  readonly windows: Float64Array
  /** Where the usages of each object begin in the next columns; and at the end, where they end. */
  readonly starts: Uint32Array
  readonly names: ReadonlyArray<string>
  readonly cpuNanocores: Float64Array
  readonly memoryBytes: Float64Array
  readonly swapBytes: Float64Array

  /** Both arrays are of one length. */
  constructor(objects: ReadonlyArray<Object>, usages: ReadonlyArray<Usages>) {
    this.objects = objects
    this.timestamps = new Float64Array(usages.length)
    this.windows = new Float64Array(usages.length)
    this.starts = new Uint32Array(usages.length + 1)
    let rows = 0
    for (let index = 0; index < usages.length; index++) {
      this.starts[index] = rows
      rows += usages[index]!.size
    }
    this.starts[usages.length] = rows
    const names = Array<string>(rows)
    this.names = names
    this.cpuNanocores = new Float64Array(rows)
    this.memoryBytes = new Float64Array(rows)
    this.swapBytes = new Float64Array(rows)
    let row = 0
    for (let index = 0; index < usages.length; index++) {
      const it = usages[index]!
      this.timestamps[index] = it.timestamp
      this.windows[index] = it.window
      for (let of = 0; of < it.size; of++, row++) {
        names[row] = it.name(of)
        this.cpuNanocores[row] = it.cpuNanocores(of)
        this.memoryBytes[row] = it.memoryBytes(of)
        this.swapBytes[row] = it.swapBytes(of)
      }
    }
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
