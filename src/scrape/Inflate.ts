/**
 * DEFLATE, https://www.rfc-editor.org/rfc/rfc1951, into room that is there. zlib's is quicker, but what it unpacks into is
 * garbage that only a collection of the whole heap takes.
 */
import { Huffman, quickMask } from "./Huffman.ts"

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

/** Symbols from 16 on repeat a length. */
const repeatBase = Uint8Array.of(3, 3, 11)
const repeatExtra = Uint8Array.of(2, 3, 7)

const fixedLiterals = new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280)
const fixedDistances = new Uint8Array(32).fill(5)

/** Bodies are unpacked in one go: all of them have the same place for their codes. */
const lengths = new Uint8Array(286 + 30)
const literals = new Huffman()
const distances = new Huffman()

/** A block begins with its codes, which takes time. No compressor makes more that are smaller than this, in bytes that come of it. */
const smallBlock = 1024
const fewBlocks = 64

/** So many bytes are read at once, and copied. Less a part of one, they hold the longest code with what it says besides. */
const word = 4

/**
 * Unpacks what begins there and fills the output with it; says where it ends, or -1 when it is broken or of another size. At
 * least four bytes have to stand behind it: in a gzip there are eight.
 */
export const inflate = (input: Uint8Array, at: number, output: Uint8Array): number =>
  new Inflation(input, at, output).run()

class Inflation {
  readonly #input: Uint8Array
  readonly #view: DataView
  readonly #output: Uint8Array
  readonly #room: DataView
  /** Where the last word begins, in bytes. Those behind it have the same bits, which is found out in the end. */
  readonly #last: number
  /** The next one to be read, counted in bits. */
  #bit: number
  #to = 0

  constructor(input: Uint8Array, at: number, output: Uint8Array) {
    this.#input = input
    this.#view = new DataView(input.buffer, input.byteOffset, input.length)
    this.#output = output
    this.#room = new DataView(output.buffer, output.byteOffset, output.length)
    this.#last = input.length - word
    this.#bit = 8 * at
  }

  run() {
    let blocks = fewBlocks + this.#output.length / smallBlock
    for (let isLast = false; !isLast; blocks--) {
      if (blocks < 0 || this.#at > this.#last) return -1
      isLast = this.#take(1) === 1
      if (!this.#block(this.#take(2))) return -1
    }
    return this.#at <= this.#last && this.#to === this.#output.length ? this.#at : -1
  }

  /** The first byte of which nothing has been read. */
  get #at() {
    return this.#bit + 7 >>> 3
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

  /** The next bits, the first one lowest: at least 25 of them. */
  get #bits() {
    return this.#view.getUint32(Math.min(this.#bit >>> 3, this.#last), true) >>> (this.#bit & 7)
  }

  #take(count: number) {
    const bits = this.#bits & (1 << count) - 1
    this.#bit += count
    return bits
  }

  #symbol(code: Huffman) {
    const bits = this.#bits
    const entry = code.table[bits & quickMask]! || code.find(bits)
    this.#bit += entry & 15
    return entry === 0 ? undefined : entry >>> 4
  }

  #stored() {
    const at = this.#at
    if (at > this.#last) return false
    const length = this.#view.getUint16(at, true)
    if (length !== (this.#view.getUint16(at + 2, true) ^ 0xffff)) return false
    const start = at + 4
    const end = start + length
    if (end > this.#last || this.#to + length > this.#output.length) return false
    this.#output.set(this.#input.subarray(start, end), this.#to)
    this.#to += length
    this.#bit = 8 * end
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
      const times = symbol < 16 ? 1 : repeatBase[symbol - 16]! + this.#take(repeatExtra[symbol - 16]!)
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
    const view = this.#view
    const lastWord = this.#last
    const output = this.#output
    const room = this.#room
    const literalTable = literals.table
    const distanceTable = distances.table
    let bit = this.#bit
    let to = this.#to
    while (true) {
      let bits = view.getUint32(Math.min(bit >>> 3, lastWord), true) >>> (bit & 7)
      let entry = literalTable[bits & quickMask]! || literals.find(bits)
      let used = entry & 15
      bit += used
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
      const length = lengthBase[ofLength]! + (bits >>> used & (1 << extra) - 1)
      bit += extra

      bits = view.getUint32(Math.min(bit >>> 3, lastWord), true) >>> (bit & 7)
      entry = distanceTable[bits & quickMask]! || distances.find(bits)
      used = entry & 15
      bit += used
      const ofDistance = entry >>> 4
      if (entry === 0 || ofDistance >= distanceBase.length) return false
      extra = distanceExtra[ofDistance]!
      bits = view.getUint32(Math.min(bit >>> 3, lastWord), true) >>> (bit & 7)
      let from = to - distanceBase[ofDistance]! - (bits & (1 << extra) - 1)
      bit += extra

      const stop = to + length
      if (from < 0 || stop > output.length) return false
      // As many bytes at once as there is room for; what was too many is written over.
      const last = to - from < word ? to : Math.min(stop, output.length - word + 1)
      for (; to < last; to += word, from += word) room.setUint32(to, room.getUint32(from, true), true)
      if (to > stop) to = stop
      while (to < stop) output[to++] = output[from++]!
    }
    this.#bit = bit
    this.#to = to
    return true
  }
}
