/**
 * DEFLATE, https://www.rfc-editor.org/rfc/rfc1951, into room that is there. zlib's is quicker, but what it unpacks into is
 * garbage that only a collection of the whole heap takes.
 */
import { Huffman, longest, quickMask } from "./Huffman.ts"

/** What codes say with extra bits begins at these. */
const bases = (first: number, extra: Iterable<number>) => {
  let next = first
  return Uint16Array.from(extra, (bits) => (next += 1 << bits) - (1 << bits))
}

const lengthExtra = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0)
const lengthBase = bases(3, lengthExtra).fill(258, 28)
const distanceExtra = Uint8Array.from({ length: 30 }, (_, code) => Math.max(0, (code >> 1) - 1))
const distanceBase = bases(1, distanceExtra)

/** The symbol that ends a block; the first one that stands for a length is the next. */
const endOfBlock = 256

/** In which order the lengths of the codes for lengths come. */
const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

const fixedLiterals = new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280)
const fixedDistances = new Uint8Array(32).fill(5)

/** Bodies are unpacked in one go: all of them have the same place for their codes. */
const lengths = new Uint8Array(286 + 30)
const literals = new Huffman()
const distances = new Huffman()

/** Shorter copies are made byte by byte. */
const longCopy = 24

/** Unpacks what begins there and fills the output with it; says where it ends, or -1 when it is broken or of another size. */
export const inflate = (input: Uint8Array, at: number, output: Uint8Array): number =>
  new Inflation(input, at, output).run()

class Inflation {
  readonly #input: Uint8Array
  readonly #output: Uint8Array
  #at: number
  #to = 0
  /** Bits that have been read and not used, the next one lowest. */
  #hold = 0
  #bits = 0

  constructor(input: Uint8Array, at: number, output: Uint8Array) {
    this.#input = input
    this.#at = at
    this.#output = output
  }

  run() {
    for (let isLast = false; !isLast;) {
      isLast = this.#take(1) === 1
      if (!this.#block(this.#take(2))) return -1
    }
    const end = this.#at - (this.#bits >>> 3)
    return end <= this.#input.length && this.#to === this.#output.length ? end : -1
  }

  #block(kind: number) {
    switch (kind) {
      case 0:
        return this.#stored()
      case 1:
        return literals.build(fixedLiterals, false) && distances.build(fixedDistances, false) && this.#coded()
      case 2:
        return this.#codes() && this.#coded()
      default:
        return false
    }
  }

  /** Behind the end are zeros, which are one day too many. */
  #need(count: number) {
    for (; this.#bits < count; this.#bits += 8) this.#hold |= (this.#input[this.#at++] ?? 0) << this.#bits
  }

  /** The next bits, at most 16. */
  #take(count: number) {
    this.#need(count)
    const bits = this.#hold & (1 << count) - 1
    this.#hold >>>= count
    this.#bits -= count
    return bits
  }

  #symbol(code: Huffman) {
    this.#need(longest)
    const entry = code.table[this.#hold & quickMask]! || code.find(this.#hold)
    this.#take(entry & 15)
    return entry === 0 ? undefined : entry >>> 4
  }

  #stored() {
    this.#take(this.#bits & 7)
    const length = this.#take(16)
    if (length !== (this.#take(16) ^ 0xffff)) return false
    // The lengths were all of the bits that were held.
    const start = this.#at
    this.#at += length
    if (this.#at > this.#input.length || this.#to + length > this.#output.length) return false
    this.#output.set(this.#input.subarray(start, this.#at), this.#to)
    this.#to += length
    return true
  }

  /** The codes of a block, as the lengths of theirs, which are in a code themselves. */
  #codes() {
    const ofLiterals = this.#take(5) + 257
    const total = ofLiterals + this.#take(5) + 1
    const ofLengths = this.#take(4) + 4
    lengths.fill(0)
    for (let index = 0; index < ofLengths; index++) lengths[order[index]!] = this.#take(3)
    if (ofLiterals > 286 || total - ofLiterals > 30 || !literals.build(lengths.subarray(0, 19), false)) return false
    for (let at = 0; at < total;) {
      const symbol = this.#symbol(literals)
      if (symbol === undefined || (symbol === 16 && at === 0)) return false
      const value = symbol < 16 ? symbol : symbol === 16 ? lengths[at - 1]! : 0
      const times = symbol < 16
        ? 1
        : symbol === 16
        ? 3 + this.#take(2)
        : symbol === 17
        ? 3 + this.#take(3)
        : 11 + this.#take(7)
      if (at + times > total) return false
      lengths.fill(value, at, at + times)
      at += times
    }
    return lengths[endOfBlock]! > 0 &&
      literals.build(lengths.subarray(0, ofLiterals), true) &&
      distances.build(lengths.subarray(ofLiterals, total), true)
  }

  /** Literals, and copies of what has been unpacked, up to the end of the block. */
  #coded() {
    const input = this.#input
    const output = this.#output
    const end = input.length
    const literalTable = literals.table
    const distanceTable = distances.table
    let at = this.#at
    let to = this.#to
    let hold = this.#hold
    let bits = this.#bits
    while (true) {
      for (; bits < 24; bits += 8, at++) hold |= (at < end ? input[at]! : 0) << bits
      if (at > end + 4) return false
      let entry = literalTable[hold & quickMask]! || literals.find(hold)
      hold >>>= entry & 15
      bits -= entry & 15
      const symbol = entry >>> 4
      if (symbol < endOfBlock) {
        if (entry === 0 || to === output.length) return false
        output[to++] = symbol
        continue
      }
      if (symbol === endOfBlock) break
      const ofLength = symbol - endOfBlock - 1
      if (ofLength >= lengthBase.length) return false
      let extra = lengthExtra[ofLength]!
      const length = lengthBase[ofLength]! + (hold & (1 << extra) - 1)
      hold >>>= extra
      bits -= extra

      for (; bits < longest; bits += 8, at++) hold |= (at < end ? input[at]! : 0) << bits
      entry = distanceTable[hold & quickMask]! || distances.find(hold)
      hold >>>= entry & 15
      bits -= entry & 15
      const ofDistance = entry >>> 4
      if (entry === 0 || ofDistance >= distanceBase.length) return false
      extra = distanceExtra[ofDistance]!
      for (; bits < extra; bits += 8, at++) hold |= (at < end ? input[at]! : 0) << bits
      let from = to - distanceBase[ofDistance]! - (hold & (1 << extra) - 1)
      hold >>>= extra
      bits -= extra

      const stop = to + length
      if (from < 0 || stop > output.length) return false
      if (length > longCopy && from + length <= to) {
        output.copyWithin(to, from, from + length)
        to = stop
      }
      while (to < stop) output[to++] = output[from++]!
    }
    this.#at = at
    this.#to = to
    this.#hold = hold
    this.#bits = bits
    return true
  }
}
