/** What a list says: objects and what they used, in columns, gathered a slice at a time while it is written. */
import { Iterable } from "effect"
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
  /** Whether any of its usages says swap. */
  hasSwap(): boolean
}

type UsagesOf<Object> = (object: Object, index: number) => Usages | undefined

/** Objects of one slice, which are of one moment: so many are gathered before anybody has to wait. */
const most = 1024

/** Of all parts, those objects that have usages. The objects of a part are of one namespace, or all of none. */
export const make = <Object extends Listed>(
  now: number,
  parts: ReadonlyArray<ReadonlyArray<Object>>,
  usagesIn: (part: ReadonlyArray<Object>) => UsagesOf<Object>
): Listing<Object> => {
  const slices = new Gathered(parts, usagesIn)
  return { now, slices, hasSwap: () => Iterable.some(slices, (slice) => slice.hasSwap()) }
}

/** A class, because a literal whose key is computed is slow: a sixtieth of an answer of one pod (`perf`). */
class Gathered<Object extends Listed> implements Iterable<Slice<Object>> {
  readonly #parts: ReadonlyArray<ReadonlyArray<Object>>
  readonly #usagesIn: (part: ReadonlyArray<Object>) => UsagesOf<Object>

  constructor(
    parts: ReadonlyArray<ReadonlyArray<Object>>,
    usagesIn: (part: ReadonlyArray<Object>) => UsagesOf<Object>
  ) {
    this.#parts = parts
    this.#usagesIn = usagesIn
  }

  [Symbol.iterator]() {
    return gather(this.#parts, this.#usagesIn)
  }
}

const gather = function*<Object extends Listed>(
  parts: ReadonlyArray<ReadonlyArray<Object>>,
  usagesIn: (part: ReadonlyArray<Object>) => UsagesOf<Object>
) {
  const slice = Slice.take<Object>()
  for (const part of parts) {
    const usagesOf = usagesIn(part)
    slice.begin(part)
    for (let place = 0; place < part.length; place++) {
      const usages = usagesOf(part[place]!, place)
      if (usages === undefined) continue
      slice.push(place, usages)
      if (slice.length < most) continue
      yield slice
      slice.begin(part)
    }
    if (slice.length > 0) yield slice
  }
  slice.give()
}

/**
 * Usage lies scattered in the store, in the order of nodes, and lists are in that of names. It is gathered all at once,
 * which the processor does for many objects at a time; what is written afterwards is read from one end to the other.
 */
export class Slice<Object extends Listed = Listed> {
  /** So many objects; what the columns have behind them is of earlier ones. */
  length = 0
  /** Whose objects they are. */
  part: ReadonlyArray<Object> = []
  /** Where in it each object is. */
  readonly places = new Uint32Array(most)
  /** Of each object, as in `Usages`. */
  readonly timestamps = new Float64Array(most)
  readonly windows = new Float64Array(most)
  /** Where the usages of each object begin in the next columns; and behind the last one, where they end. */
  readonly starts = new Uint32Array(most + 1)
  readonly names: Array<string> = []
  cpuNanocores = new Float64Array(most)
  memoryBytes = new Float64Array(most)
  swapBytes = new Float64Array(most)

  /** The columns of a list that was written are those of the next one. */
  static #idle: Slice | undefined

  static take<Object extends Listed>(): Slice<Object> {
    const slice = Slice.#idle ?? new Slice()
    Slice.#idle = undefined
    return slice as Slice<Object>
  }

  give() {
    this.begin([])
    Slice.#idle = this
  }

  begin(part: ReadonlyArray<Object>) {
    this.part = part
    this.length = 0
  }

  object(index: number) {
    return this.part[this.places[index]!]!
  }

  push(place: number, usages: Usages) {
    const index = this.length++
    this.places[index] = place
    this.timestamps[index] = usages.timestamp
    this.windows[index] = usages.window
    const start = this.starts[index]!
    const end = start + usages.size
    if (end > this.cpuNanocores.length) this.#grow(2 * end)
    for (let row = start; row < end; row++) {
      this.names[row] = usages.name(row - start)
      this.cpuNanocores[row] = usages.cpuNanocores(row - start)
      this.memoryBytes[row] = usages.memoryBytes(row - start)
      this.swapBytes[row] = usages.swapBytes(row - start)
    }
    this.starts[index + 1] = end
  }

  hasSwap() {
    for (let row = 0; row < this.starts[this.length]!; row++) {
      if (!Number.isNaN(this.swapBytes[row]!)) return true
    }
    return false
  }

  #grow(rows: number) {
    const grown = (column: Float64Array) => {
      const larger = new Float64Array(rows)
      larger.set(column)
      return larger
    }
    this.cpuNanocores = grown(this.cpuNanocores)
    this.memoryBytes = grown(this.memoryBytes)
    this.swapBytes = grown(this.swapBytes)
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
  /** Else it is one object by itself. */
  readonly isList: boolean
  readonly kind: string
  readonly apiVersion: string
  /** A usage for each container; else the one of the object itself. */
  readonly ofContainers: boolean
}
