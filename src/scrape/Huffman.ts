/** Huffman codes as DEFLATE has them, RFC 1951: what the next bits of a compressed body stand for. */

/** Codes of up to so many bits are looked up; longer ones are rare, and are counted through. */
const quick = 10
export const quickMask = (1 << quick) - 1

/** Bits of the longest codes. */
export const longest = 15

/** One code, made anew for each block in the same place. Entries are a symbol, shifted by four, and the bits of its code. */
export class Huffman {
  /** For the next bits, the first one lowest: an entry; 0 for codes that are longer, and for none. */
  readonly table = new Uint16Array(1 << quick)
  /** How many symbols have codes of a length. */
  readonly #counts = new Uint16Array(longest + 1)
  /** By their codes. */
  readonly #symbols = new Uint16Array(288)
  readonly #offsets = new Uint16Array(longest + 2)

  /**
   * From the lengths of the codes of all symbols, 0 where a symbol has none. False when there is no such code, or when bits
   * are left that stand for nothing: only a single symbol may have a code of one bit, and only where that `mayBeSingle`.
   */
  build(lengths: Uint8Array, mayBeSingle: boolean) {
    const counts = this.#counts.fill(0)
    const offsets = this.#offsets.fill(0)
    for (const length of lengths) counts[length]!++
    counts[0] = 0
    let left = 1
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
      if (code - first < count) return this.#symbols[index + code - first]! << 4 | length
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    return 0
  }

  #fill() {
    const table = this.table.fill(0)
    let code = 0
    let index = 0
    for (let length = 1; length <= quick; length++) {
      for (let left = this.#counts[length]!; left > 0; left--) {
        const entry = this.#symbols[index++]! << 4 | length
        for (let at = reversed(code, length); at < table.length; at += 1 << length) table[at] = entry
        code++
      }
      code <<= 1
    }
  }
}

/** Codes come with their highest bit first, all else with the lowest. */
const reversed = (code: number, length: number) => {
  let bits = 0
  for (let rest = code, at = 0; at < length; at++, rest >>>= 1) bits = bits << 1 | rest & 1
  return bits
}
