/** What a list says: objects and what they used at one moment, in columns. */
import type { Labels } from "../../discover/Labels.ts"
import type { Usages } from "../../Sample.ts"

/** A node, or a pod. */
export interface Listed {
  readonly namespace?: string
  readonly name: string
  readonly labels: Labels
}

/**
 * Usage lies scattered in the store, in the order of nodes, and lists are in that of names. It is gathered all at once,
 * which the processor does for many objects at a time; what is written afterwards is read from one end to the other.
 */
export class Listing<Object extends Listed = Listed> {
  readonly objects: ReadonlyArray<Object>
  /** When the list was made: milliseconds since the epoch. */
  readonly now: number
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
  constructor(objects: ReadonlyArray<Object>, usages: ReadonlyArray<Usages>, now: number) {
    this.objects = objects
    this.now = now
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

/** The usages of one object of a list. */
export const usagesOf = (listing: Listing, index: number): Omit<Usages, "node"> => {
  const start = listing.starts[index]!
  return {
    timestamp: listing.timestamps[index]!,
    window: listing.windows[index]!,
    size: listing.starts[index + 1]! - start,
    name: (of) => listing.names[start + of]!,
    cpuNanocores: (of) => listing.cpuNanocores[start + of]!,
    memoryBytes: (of) => listing.memoryBytes[start + of]!,
    swapBytes: (of) => listing.swapBytes[start + of]!
  }
}

/** Whose usage it is, and what the type is called. */
export interface Shape {
  readonly kind: string
  readonly apiVersion: string
  /** A usage for each container; else the one of the object itself. */
  readonly ofContainers: boolean
}
