/** Huffman codes as DEFLATE has them, RFC 1951: what the next bits of a compressed body stand for. */

/** Codes of up to so many bits are looked up; longer ones are rare, and are counted through. */
export const quick = 10
export const quickMask = (1 << quick) - 1

/** Bits of the longest codes. */
const longest = 15

/** How many bits the code of an entry has. */
export const bitsOf = (entry: number) => entry & 15

/** One code, made anew for each block in the same place. Its entries are the meaning of a symbol, and how long its code is. */
export class Huffman {
  /** For the next bits, the first one lowest: an entry; 0 for codes that are longer, and for none. */
  readonly table = new Int32Array(1 << quick)
  /** Of all symbols there may be, with four bits left for the length of a code (`DeflateSymbols.ts`). */
  readonly #meanings: Int32Array
  /** How many symbols have codes of a length. */
  readonly #counts = new Uint16Array(longest + 1)
  /** By their codes. */
  readonly #symbols: Uint16Array
  readonly #offsets = new Uint16Array(longest + 2)

  constructor(meanings: Int32Array) {
    this.#meanings = meanings
    this.#symbols = new Uint16Array(meanings.length)
  }

  /**
   * From the lengths of the codes of all symbols, 0 where a symbol has none. False when there is no such code, or when bits
   * are left that stand for nothing: only a single symbol may have a code of one bit, and only where that `mayBeSingle`.
   */
  build(lengths: Uint8Array, mayBeSingle: boolean) {
    const counts = this.#counts
    const offsets = this.#offsets
    for (let length = 0; length <= longest; length++) counts[length] = 0
    for (let symbol = 0; symbol < lengths.length; symbol++) counts[lengths[symbol]!]!++
    counts[0] = 0
    let left = 1
    offsets[1] = 0
    for (let length = 1; length <= longest; length++) {
      left = 2 * left - counts[length]!
      if (left < 0) return false
      offsets[length + 1] = offsets[length]! + counts[length]!
    }
    const symbols = offsets[longest + 1]!
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      const length = lengths[symbol]!
      if (length > 0) this.#symbols[offsets[length]!++] = symbol
    }
    this.#fill()
    return left === 0 || symbols === 0 || (mayBeSingle && symbols === 1 && counts[1] === 1)
  }

  /** The entry for the next bits, however long its code is; 0 for none. */
  find(bits: number) {
    let code = 0
    let first = 0
    let index = 0
    for (let length = 1; length <= longest; length++) {
      code |= bits >>> (length - 1) & 1
      const count = this.#counts[length]!
      if (code - first < count) return this.#meanings[this.#symbols[index + code - first]!]! | length
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    return 0
  }

  /** What shorter codes stand for is the same whatever bit comes next: for each bit more there is all of it once more. */
  #fill() {
    const table = this.table
    const symbols = this.#symbols
    const meanings = this.#meanings
    let code = 0
    let index = 0
    table[0] = 0
    for (let length = 1; length <= quick; length++) {
      table.copyWithin(1 << length - 1, 0, 1 << length - 1)
      code <<= 1
      for (let left = this.#counts[length]!; left > 0; left--) {
        table[reversed[code++]! >>> quick - length] = meanings[symbols[index++]!]! | length
      }
    }
  }
}

/** Codes come with their highest bit first, all else with the lowest. */
const reversed = Uint16Array.from({ length: 1 << quick }, (_, code) => {
  let bits = 0
  for (let rest = code, at = 0; at < quick; at++, rest >>>= 1) bits = bits << 1 | rest & 1
  return bits
})
