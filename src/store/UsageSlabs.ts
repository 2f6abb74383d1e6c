/**
 * Where the usages of all nodes lie side by side: lists read them in the order of names, and what lies in a few large pieces of
 * memory is found by the processor in a fraction of the time that as many pieces as there are nodes would take.
 */
import { FreeRows } from "./FreeRows.ts"
import { fields, UsageBlock } from "./UsageBlock.ts"

/** Rows of a slab: half a megabyte, of which memory is what was written. */
const usual = 8192

class Slab {
  readonly values: Float64Array
  readonly #free: FreeRows

  constructor(rows: number) {
    this.values = new Float64Array(rows * fields)
    this.#free = new FreeRows(rows)
  }

  get isEmpty() {
    return this.#free.areAll
  }

  /** Where so many rows begin that say nothing; nothing when there are not as many beside each other. */
  take(rows: number): number | undefined {
    const first = this.#free.take(rows)
    if (first !== undefined) this.values.fill(Number.NaN, first * fields, (first + rows) * fields)
    return first
  }

  give(first: number, rows: number) {
    this.#free.give(first, rows)
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
    const place = this.#take(rows)
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
