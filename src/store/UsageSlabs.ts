/**
 * Where the usages of all nodes lie side by side: lists read them in the order of names, and what lies in a few large pieces of
 * memory is found by the processor in a fraction of the time that as many pieces as there are nodes would take.
 */
import { fields, UsageBlock } from "./UsageBlock.ts"

/** Rows of a slab: half a megabyte, of which memory is what was written. */
const usual = 8192

/** Blocks have so many rows, or a multiple of it: a node whose pods come and go mostly finds one of the same size. */
const step = 8

class Slab {
  readonly values: Float64Array
  /** From here on nothing was ever taken. */
  #end = 0
  #taken = 0
  /** By their length, where those begin that were given back. */
  readonly #free = new Map<number, Array<number>>()

  constructor(rows: number) {
    this.values = new Float64Array(rows * fields)
  }

  get isEmpty() {
    return this.#taken === 0
  }

  /** Where so many rows begin; nothing when there are none left. */
  take(rows: number): number | undefined {
    const first = this.#free.get(rows)?.pop() ?? this.#beyond(rows)
    if (first === undefined) return undefined
    this.#taken += rows
    this.values.fill(Number.NaN, first * fields, (first + rows) * fields)
    return first
  }

  give(first: number, rows: number) {
    this.#taken -= rows
    const free = this.#free.get(rows) ?? []
    this.#free.set(rows, free)
    free.push(first)
  }

  #beyond(rows: number) {
    if ((this.#end + rows) * fields > this.values.length) return undefined
    const first = this.#end
    this.#end += rows
    return first
  }
}

interface Place {
  readonly slab: Slab
  readonly first: number
  readonly rows: number
}

export class UsageSlabs {
  #slabs: ReadonlyArray<Slab> = []
  /** Usage that somebody may still read is not written over: rows come back when V8 has found that nobody has the block. */
  readonly #places = new FinalizationRegistry<Place>(({ first, rows, slab }) => {
    slab.give(first, rows)
    if (slab.isEmpty) this.#slabs = this.#slabs.filter((it) => it !== slab)
  })

  /** Room for so many usages of a node, none of which is there yet. */
  block(node: string, rows: number): UsageBlock {
    const place = this.#take(rows === 1 ? 1 : Math.ceil(rows / step) * step)
    const block = new UsageBlock(node, place.slab.values, place.first)
    this.#places.register(block, place)
    return block
  }

  #take(rows: number): Place {
    for (const slab of this.#slabs) {
      const first = slab.take(rows)
      if (first !== undefined) return { slab, first, rows }
    }
    const slab = new Slab(Math.max(rows, usual))
    this.#slabs = [...this.#slabs, slab]
    return { slab, first: slab.take(rows)!, rows }
  }
}
