/** Which row of a page a container has: found by the bytes of its labels, which become strings only when they are new. */
import type { Buffer } from "node:buffer"
import type { ContainerKey } from "../Sample.ts"
import { backslash, quote, sameBytes, space } from "./Bytes.ts"
import { identity, type Scanner } from "./Scanner.ts"

/** A page is read in one go, and its rows are of no use afterwards: all pages have the same place for them. */
let scratch = new Int32Array(1024)

const noSlots = new Int32Array(0)

/** For each row: where its block of labels begins and how long it is, then the ranges of namespace, pod and container. */
const stride = 8

export class Rows {
  /** `#containers[i]` has row `i + 1`; row 0 is the node. */
  readonly #containers: Array<ContainerKey> = []
  /** What the page before had: mostly it is the same, in the same order. */
  readonly #known: ReadonlyArray<ContainerKey>
  readonly #page: Buffer
  /** A row was not where the page before has it: the next known container may have one already. */
  #isRearranged = false
  #bytes = scratch
  /** Open addressing: a row by the hash of its identity, 0 for a free slot. Never more than half full. */
  #slots = noSlots
  /** How many rows have a slot; they get them only when they are looked for. */
  #placed = 0
  #last = 0

  constructor(page: Buffer, known: ReadonlyArray<ContainerKey>) {
    this.#page = page
    this.#known = known
  }

  /** What the page has; the very array that was known, if that is the same. */
  get containers(): ReadonlyArray<ContainerKey> {
    const isKnown = this.#containers.length === this.#known.length &&
      this.#containers.every((key, index) => key === this.#known[index])
    return isKnown ? this.#known : this.#containers
  }

  /** Reads the labels of a container's series and finds its row, a new one if it is new; 0 when the labels are malformed. */
  read(scanner: Scanner) {
    const start = scanner.at
    if (this.repeats(scanner) || this.#isKnown(scanner)) return this.#last
    if (!scanner.labels()) return 0
    if (!isIdentity(scanner.ranges)) {
      scanner.fail(`the labels ${identity.join(", ")}, none empty`, start)
      return 0
    }
    this.#last = this.#find(scanner, start)
    return this.#last
  }

  /**
   * A kubelet prints the containers of every series in one order. So if the labels of the row after the last one stand
   * here again, byte for byte, they need not be read.
   */
  repeats(scanner: Scanner) {
    const rows = this.#containers.length
    const next = this.#last < rows ? this.#last : 0
    const length = rows === 0 ? 0 : this.#bytes[next * stride + 1]!
    if (!scanner.repeats(this.#bytes[next * stride]!, length)) return false
    scanner.at += length
    this.#last = next + 1
    return true
  }

  /** Do labels stand here, written as kubelets write them, that are those of the next known container? */
  #isKnown(scanner: Scanner) {
    const row = this.#containers.length
    const key = this.#known[row]
    if (key === undefined || this.#last !== row || this.#isRearranged) return false
    const { at } = scanner
    const container = this.#passes(`{container="`, key.container, at)
    const namespace = this.#passes(`",namespace="`, key.namespace, container)
    const pod = this.#passes(`",pod="`, key.pod, namespace)
    const end = this.#passes(`"}`, "", pod)
    if (end < 0) return false
    const bytes = this.#room(row)
    const first = row * stride
    bytes[first] = at
    bytes[first + 1] = end - at
    bytes[first + 2] = namespace - key.namespace.length
    bytes[first + 3] = namespace
    bytes[first + 4] = pod - key.pod.length
    bytes[first + 5] = pod
    bytes[first + 6] = container - key.container.length
    bytes[first + 7] = container
    this.#containers.push(key)
    scanner.at = end
    this.#last = row + 1
    return true
  }

  /** Behind these two, if they stand there in the same bytes, without anything that is written in another way; else -1. */
  #passes(punctuation: string, value: string, at: number) {
    if (at < 0) return at
    const page = this.#page
    for (let index = 0; index < punctuation.length; index++) {
      if (page[at++] !== punctuation.charCodeAt(index)) return -1
    }
    for (let index = 0; index < value.length; index++) {
      const code = value.charCodeAt(index)
      if (page[at++] !== code || code < space || code === quote || code === backslash) return -1
    }
    return at
  }

  /** Room for another row. */
  #room(row: number) {
    const needed = (row + 1) * stride
    if (needed > this.#bytes.length) {
      scratch = new Int32Array(2 * needed)
      scratch.set(this.#bytes)
      this.#bytes = scratch
    }
    return this.#bytes
  }

  #find(scanner: Scanner, start: number) {
    this.#place()
    const mask = this.#slots.length - 1
    let slot = this.#hash(scanner.ranges, 0) & mask
    while (this.#slots[slot] !== 0) {
      if (this.#has(this.#slots[slot]!, scanner.ranges)) return this.#slots[slot]!
      slot = (slot + 1) & mask
    }
    return this.#add(scanner, start)
  }

  #add(scanner: Scanner, start: number) {
    this.#isRearranged = true
    const row = this.#containers.length
    const before = this.#known[row] ?? this.#containers.at(-1)
    const { ranges } = scanner
    const bytes = this.#room(row)
    bytes[row * stride] = start
    bytes[row * stride + 1] = scanner.at - start
    for (let index = 0; index < ranges.length; index++) bytes[row * stride + 2 + index] = ranges[index]!
    this.#containers.push({
      namespace: this.#string(ranges, 0, before?.namespace),
      pod: this.#string(ranges, 1, before?.pod),
      container: this.#string(ranges, 2, before?.container)
    })
    return row + 1
  }

  /** Neighbours mostly share a namespace and a container name: they share the string then. */
  #string(ranges: ReadonlyArray<number>, label: number, before: string | undefined) {
    const start = ranges[2 * label]!
    const end = ranges[2 * label + 1]!
    if (before?.length === end - start && this.#passes("", before, start) === end) return before
    const text = this.#page.toString("utf8", start, end)
    return text.includes("\\") ? text.replace(/\\(.)/g, (_, escaped) => escaped === "n" ? "\n" : escaped) : text
  }

  /** A character has one spelling in this format, so equal bytes are equal names and different ones are not. */
  #has(row: number, ranges: ReadonlyArray<number>) {
    return this.#same(row, ranges, 1) && this.#same(row, ranges, 2) && this.#same(row, ranges, 0)
  }

  #same(row: number, ranges: ReadonlyArray<number>, label: number) {
    const known = (row - 1) * stride + 2 + 2 * label
    const from = this.#bytes[known]!
    const start = ranges[2 * label]!
    const length = ranges[2 * label + 1]! - start
    return this.#bytes[known + 1]! - from === length && sameBytes(this.#page, from, this.#page, start, length)
  }

  /** Gives every row a slot, with room for another one. */
  #place() {
    const rows = this.#containers.length
    if (2 * (rows + 1) > this.#slots.length) {
      this.#slots = new Int32Array(Math.max(256, 4 * 2 ** Math.ceil(Math.log2(rows + 1))))
      this.#placed = 0
    }
    const mask = this.#slots.length - 1
    for (let row = this.#placed + 1; row <= rows; row++) {
      let slot = this.#hash(this.#bytes, (row - 1) * stride + 2) & mask
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
      this.#slots[slot] = row
    }
    this.#placed = rows
  }

  /** FNV-1a over the three values, each ended by a byte that UTF-8 does not have. */
  #hash(ranges: ArrayLike<number>, from: number) {
    let hash = 0x811c9dc5
    for (let label = 0; label < 3; label++) {
      for (let at = ranges[from + 2 * label]!; at < ranges[from + 2 * label + 1]!; at++) {
        hash = Math.imul(hash ^ this.#page[at]!, 0x01000193)
      }
      hash = Math.imul(hash ^ 0xff, 0x01000193)
    }
    return hash ^ (hash >>> 15)
  }
}

/** All three values are there, and none is empty. */
const isIdentity = ([namespace, namespaceEnd, pod, podEnd, container, containerEnd]: ReadonlyArray<number>) =>
  namespace! < namespaceEnd! && pod! < podEnd! && container! < containerEnd!
