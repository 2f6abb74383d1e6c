/**
 * DEFLATE, https://www.rfc-editor.org/rfc/rfc1951, into room that is there. zlib's is quicker, but what it unpacks into is
 * garbage that only a collection of the whole heap takes.
 */
import {
  endOfBlock,
  extraBitsOf,
  extraOf,
  isByte,
  isCopy,
  isEnd,
  ofBytesAndLengths,
  ofCodeLengths,
  ofDistances,
  valueOf
} from "./DeflateSymbols.ts"
import { bitsOf, Huffman, quick, quickMask } from "./Huffman.ts"

/** In which order the lengths of the codes for lengths come. */
const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

/** Symbols from 16 on repeat a length. */
const repeatBase = Uint8Array.of(3, 3, 11)
const repeatExtra = Uint8Array.of(2, 3, 7)

const fixedLiterals = new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280)
const fixedDistances = new Uint8Array(32).fill(5)

/** Bodies are unpacked in one go: all of them have the same place for their codes. */
const lengths = new Uint8Array(286 + 30)
const codeLengths = new Huffman(ofCodeLengths)
const literals = new Huffman(ofBytesAndLengths)
const distances = new Huffman(ofDistances)

/** A block begins with its codes, which takes time. Of smaller ones than this, in bytes that come of it, only a few are taken. */
const smallBlock = 1024
const fewBlocks = 64

/** So many bytes are read at once: less a part of one, 25 bits, which hold the longest code with the extra bits of a length. */
const word = 4

/** So many are copied at once. */
const chunk = 8

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
      if (blocks < 0 || this.#at() > this.#last) return -1
      isLast = this.#take(1) === 1
      if (!this.#block(this.#take(2))) return -1
    }
    return this.#at() <= this.#last && this.#to === this.#output.length ? this.#at() : -1
  }

  /** The first byte of which nothing has been read. */
  #at() {
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

  #take(count: number) {
    const bits = bitsAt(this.#view, this.#last, this.#bit) & (1 << count) - 1
    this.#bit += count
    return bits
  }

  /** Codes of lengths have seven bits at most: all of them are looked up. */
  #codeLength() {
    const bits = bitsAt(this.#view, this.#last, this.#bit)
    const entry = codeLengths.table[bits & quickMask]!
    this.#bit += bitsOf(entry)
    return valueOf(entry)
  }

  #stored() {
    const at = this.#at()
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
    if (ofLiterals > 286 || total - ofLiterals > 30 || !codeLengths.build(lengths.subarray(0, 19), false)) return false
    for (let at = 0; at < total;) {
      const symbol = this.#codeLength()
      if (symbol === 16 && at === 0) return false
      const value = symbol < 16 ? symbol : symbol === 16 ? lengths[at - 1]! : 0
      const times = symbol < 16 ? 1 : repeatBase[symbol - 16]! + this.#take(repeatExtra[symbol - 16]!)
      if (at + times > total) return false
      for (const end = at + times; at < end; at++) lengths[at] = value
    }
    return lengths[endOfBlock]! > 0 &&
      literals.build(lengths.subarray(0, ofLiterals), true) &&
      distances.build(lengths.subarray(ofLiterals, total), true)
  }

  /** Literals, and copies of what has been unpacked, up to the end of the block. */
  #coded() {
    const view = this.#view
    const last = this.#last
    const output = this.#output
    const room = this.#room
    const lastChunk = output.length - chunk
    const literalTable = literals.table
    const distanceTable = distances.table
    let bit = this.#bit
    let to = this.#to
    while (true) {
      let bits = bitsAt(view, last, bit)
      let entry = literalTable[bits & quickMask]! || literals.find(bits)
      let used = bitsOf(entry)
      bit += used
      if ((entry & isByte) !== 0) {
        if (to === output.length) return false
        output[to++] = valueOf(entry)
        // What is left of the bits has another code that is looked up; mostly that is a byte, too.
        entry = literalTable[bits >>> used & quickMask]!
        if ((entry & isByte) === 0 || to === output.length) continue
        bit += bitsOf(entry)
        output[to++] = valueOf(entry)
        continue
      }
      if ((entry & isCopy) === 0) {
        if ((entry & isEnd) === 0) return false
        break
      }
      const end = to + valueOf(entry) + extraOf(entry, bits >>> used)
      bit += extraBitsOf(entry)

      bits = bitsAt(view, last, bit)
      entry = distanceTable[bits & quickMask]! || distances.find(bits)
      if ((entry & isCopy) === 0) return false
      used = bitsOf(entry)
      bit += used
      // Behind a long code there may be less than the extra bits.
      const rest = used > quick ? bitsAt(view, last, bit) : bits >>> used
      let from = to - valueOf(entry) - extraOf(entry, rest)
      bit += extraBitsOf(entry)

      if (from < 0 || end > output.length) return false
      if (to - from < chunk || end > lastChunk) { while (to < end) output[to++] = output[from++]! }
      else {
        // What is too many is written over.
        for (; to < end; to += chunk, from += chunk) room.setBigUint64(to, room.getBigUint64(from, true), true)
        to = end
      }
    }
    this.#bit = bit
    this.#to = to
    return true
  }
}

/** The next bits, the first one lowest: at least 25 of them. Behind the last word they are something else. */
const bitsAt = (view: DataView, last: number, bit: number) =>
  view.getUint32(Math.min(bit >>> 3, last), true) >>> (bit & 7)
