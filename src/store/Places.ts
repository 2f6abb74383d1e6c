/** Where the usages of a part of a list are: looked for once, and read without a detour for as long as nothing has moved. */
import type { Usages } from "../Sample.ts"
import type { PublishedUsage } from "./PublishedUsage.ts"
import * as Block from "./UsageBlock.ts"

/** In columns: an object that is nowhere has no block. */
export class Places {
  readonly blocks: Array<Block.UsageBlock | undefined> = []
  /** The values of each block, which is what is read of it. */
  readonly values: Array<Float64Array> = []
  /** Where the rows of each object begin in the next columns; and behind the last one, where they end. */
  readonly starts: Array<number> = [0]
  /** Of the values. */
  readonly rows: Array<number> = []
  readonly names: Array<string> = []
  /** Of each object, whether its usage stood when a list last asked; 0: it did not. */
  readonly stands: Uint8Array
  readonly #found: Array<PublishedUsage | undefined>
  #moves = Number.NaN

  /** Of so many objects. */
  constructor(length: number) {
    this.stands = new Uint8Array(length)
    this.#found = Array<PublishedUsage | undefined>(length).fill(undefined)
  }

  /** Looks again if anything moved since. What was found is looked for again only when it is released. */
  look(moves: number, find: (index: number) => PublishedUsage | undefined) {
    if (moves === this.#moves) return this
    this.#moves = moves
    this.rows.length = 0
    this.names.length = 0
    for (let index = 0; index < this.#found.length; index++) {
      let usage = this.#found[index]
      if (usage === undefined || usage.isReleased) {
        usage = find(index)
        this.#found[index] = usage
      }
      const block = usage?.block
      this.blocks[index] = block
      this.values[index] = block?.values ?? nothing
      if (usage !== undefined) {
        const { block, names, rows } = usage
        for (let row = 0; row < rows.length; row++) {
          this.rows.push(block.first + rows[row]!)
          this.names.push(names[row]!)
        }
      }
      this.starts[index + 1] = this.rows.length
    }
    return this
  }

  /**
   * Judges what still stands. This is the first that is read of all these usages, and they lie scattered: a loop that does
   * nothing else has the processor wait for many of them at a time. The answers are written over those before, which in a
   * list of all pods were half of what it left to be collected.
   */
  judge(now: number, retention: number) {
    const { rows, stands, starts, values } = this
    for (let index = 0; index < stands.length; index++) {
      const of = values[index]!
      stands[index] = of !== nothing && Block.stands(of, rows[starts[index]!]!, now, retention) ? 1 : 0
    }
  }
}

const nothing = new Float64Array()

/** The usages of one object after another: they are to be read before those of the next are asked for. */
export class PlacedUsages implements Usages {
  readonly #places: Places
  #index = 0
  #values: Float64Array = nothing
  #start = 0
  size = 0
  // Read once for each object, and numbers of a getter may be objects.
  timestamp = Number.NaN
  window = Number.NaN

  /** At that moment; both in milliseconds. */
  constructor(places: Places, now: number, retention: number) {
    this.#places = places
    places.judge(now, retention)
  }

  at(index: number): Usages | undefined {
    const { rows, stands, starts, values } = this.#places
    if (stands[index] !== 1) return undefined
    const start = starts[index]!
    const of = values[index]!
    this.#index = index
    this.#values = of
    this.#start = start
    this.size = starts[index + 1]! - start
    const earliest = Block.earliest(of, 0, rows, start, start + this.size)
    this.timestamp = Block.timestamp(of, earliest)
    this.window = Block.window(of, earliest)
    return this
  }

  get node() {
    return this.#places.blocks[this.#index]!.node
  }

  name(index: number) {
    return this.#places.names[this.#start + index]!
  }

  cpuNanocores(index: number) {
    return Block.cpuNanocores(this.#values, this.#row(index))
  }

  memoryBytes(index: number) {
    return Block.memoryBytes(this.#values, this.#row(index))
  }

  swapBytes(index: number) {
    return Block.swapBytes(this.#values, this.#row(index))
  }

  #row(index: number) {
    return this.#places.rows[this.#start + index]!
  }
}
