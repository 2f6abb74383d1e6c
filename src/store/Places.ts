/** Where the usages of a list are: looked for once, and read without a detour for as long as nothing has moved. */
import type { Usages } from "../Sample.ts"
import type { PublishedUsage, UsageBlock } from "./PublishedUsage.ts"

/** Objects of one part of a list: to look for those of a whole list at once would keep others waiting. */
const most = 1024

/** Of a part of a list, in columns: an object that is nowhere has no block. */
export class Places {
  readonly blocks: Array<UsageBlock | undefined> = []
  /** Where the rows of each object begin in the next columns; and behind the last one, where they end. */
  readonly starts: Array<number> = [0]
  readonly rows: Array<number> = []
  readonly names: Array<string> = []
  readonly #from: number
  readonly #found: Array<PublishedUsage | undefined>
  #moves = Number.NaN

  private constructor(from: number, length: number) {
    this.#from = from
    this.#found = Array<PublishedUsage | undefined>(length).fill(undefined)
  }

  /** The parts of a list that is so long. */
  static of(length: number): ReadonlyArray<Places> {
    return Array.from(
      { length: Math.ceil(length / most) },
      (_, part) => new Places(part * most, Math.min(most, length - part * most))
    )
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
        usage = find(this.#from + index)
        this.#found[index] = usage
      }
      this.blocks[index] = usage?.block
      if (usage !== undefined) {
        const { names, rows } = usage
        for (let row = 0; row < rows.length; row++) {
          this.rows.push(rows[row]!)
          this.names.push(names[row]!)
        }
      }
      this.starts[index + 1] = this.rows.length
    }
    return this
  }

  /**
   * Notes of each object whether its usage still stands. This is the first that is read of all these usages, and they lie
   * scattered: a loop that does nothing else has the processor wait for many of them at a time.
   */
  noteStanding(now: number, retention: number, stands: Array<boolean>) {
    const { blocks, rows, starts } = this
    for (let index = 0; index < blocks.length; index++) {
      const block = blocks[index]
      stands[index] = block !== undefined && block.stands(rows[starts[index]!]!, now, retention)
    }
  }
}

/** The usages of one object of a list after another: they are to be read before those of the next are asked for. */
export class PlacedUsages implements Usages {
  readonly #look: (part: number) => Places
  readonly #now: number
  /** Milliseconds. */
  readonly #retention: number
  /** Where the part begins that was looked at last. */
  #from = -most
  #places!: Places
  /** Of the objects of that part. */
  readonly #stands: Array<boolean> = []
  #block!: UsageBlock
  #start = 0
  #earliest = 0
  size = 0

  constructor(look: (part: number) => Places, now: number, retention: number) {
    this.#look = look
    this.#now = now
    this.#retention = retention
  }

  at(index: number): Usages | undefined {
    if (index < this.#from || index >= this.#from + most) {
      const part = Math.floor(index / most)
      this.#from = part * most
      this.#places = this.#look(part)
      this.#places.noteStanding(this.#now, this.#retention, this.#stands)
    }
    const { blocks, rows, starts } = this.#places
    const place = index - this.#from
    const block = blocks[place]
    if (block === undefined || this.#stands[place] !== true) return undefined
    const start = starts[place]!
    this.#block = block
    this.#start = start
    this.size = starts[place + 1]! - start
    this.#earliest = block.earliest(rows, start, start + this.size)
    return this
  }

  get node() {
    return this.#block.node
  }

  get timestamp() {
    return this.#block.timestamp(this.#earliest)
  }

  get window() {
    return this.#block.window(this.#earliest)
  }

  name(index: number) {
    return this.#places.names[this.#start + index]!
  }

  cpuNanocores(index: number) {
    return this.#block.cpuNanocores(this.#places.rows[this.#start + index]!)
  }

  memoryBytes(index: number) {
    return this.#block.memoryBytes(this.#places.rows[this.#start + index]!)
  }

  swapBytes(index: number) {
    return this.#block.swapBytes(this.#places.rows[this.#start + index]!)
  }
}
