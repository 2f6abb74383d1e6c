/** Which row of a page a container has: found by the bytes of its labels, which become strings only when they are new. */
import type { Buffer } from "node:buffer"
import type { ContainerKey, Sample } from "../Sample.ts"
import { sameBytes } from "./Bytes.ts"
import * as HashedNames from "./HashedNames.ts"
import { KnownLabels } from "./KnownLabels.ts"
import { identity, Scanner } from "./Scanner.ts"

/** A page is read in one go, and its rows are of no use afterwards: all pages have the same place for them. */
let scratch = new Int32Array(1024)

const noSlots = new Int32Array(0)

/**
 * For each row: where its block of labels begins and how long it is, then the ranges of namespace, pod and container, which are
 * not read before somebody looks for the row.
 */
const stride = 8

/** What is kept of a page for the next one of the same kubelet. */
export type Containers = Pick<Sample, "containers" | "labels">

export class Rows {
  /** `#containers[i]` has row `i + 1`; row 0 is the node. */
  readonly #containers: Array<ContainerKey> = []
  /** What the page before had: mostly it is the same, in the same order. */
  readonly #before: Containers
  readonly #known: KnownLabels
  readonly #page: Buffer
  /** A row was not where the page before has it: the next known container may have one already. */
  #isRearranged = false
  #bytes = scratch
  /** Open addressing: a row by the hash of its identity, 0 for a free slot. Never more than half full. */
  #slots = noSlots
  /** How many rows have a slot; they get them only when they are looked for. */
  #placed = 0
  #last = 0

  constructor(page: Buffer, before: Containers) {
    this.#page = page
    this.#before = before
    this.#known = new KnownLabels(before.labels)
  }

  /** What the page has; the very same as before, if that is the same. */
  get found(): Containers {
    const containers = this.#containers
    if (!this.#isRearranged && containers.length === this.#before.containers.length) return this.#before
    const blocks = containers.map((_, row) => [this.#bytes[row * stride]!, this.#bytes[row * stride + 1]!] as const)
    return { containers, labels: KnownLabels.keep(this.#page, blocks) }
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

  /** Do the labels of the next known container stand here, as the page before wrote them? */
  #isKnown(scanner: Scanner) {
    const row = this.#containers.length
    const key = this.#before.containers[row]
    if (key === undefined || this.#last !== row || this.#isRearranged) return false
    const start = scanner.at
    const length = this.#known.pass(scanner)
    if (length === 0) return false
    this.#put(row, start, length)
    this.#containers.push(key)
    this.#last = row + 1
    return true
  }

  /** Another row, the ranges of which have not been read. */
  #put(row: number, start: number, length: number) {
    const first = row * stride
    const bytes = this.#room(row)
    bytes[first] = start
    bytes[first + 1] = length
    bytes[first + 2] = 0
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
    const before = this.#before.containers[row] ?? this.#containers.at(-1)
    const { ranges } = scanner
    this.#put(row, start, scanner.at - start)
    this.#bytes.set(ranges, row * stride + 2)
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
    const text = unescaped(this.#page.toString("utf8", start, end))
    return text === before ? before : text
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
      this.#readRanges(row)
      let slot = this.#hash(this.#bytes, (row - 1) * stride + 2) & mask
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
      this.#slots[slot] = row
    }
    this.#placed = rows
  }

  #readRanges(row: number) {
    const first = (row - 1) * stride
    if (this.#bytes[first + 2] !== 0) return
    const scanner = new Scanner(this.#page)
    scanner.at = this.#bytes[first]!
    scanner.labels()
    this.#bytes.set(scanner.ranges, first + 2)
  }

  /** Over the three values, each ended by a byte that UTF-8 does not have. */
  #hash(ranges: ArrayLike<number>, from: number) {
    let hash = HashedNames.seed
    for (let label = 0; label < 3; label++) {
      for (let at = ranges[from + 2 * label]!; at < ranges[from + 2 * label + 1]!; at++) {
        hash = HashedNames.mix(hash, this.#page[at]!)
      }
      hash = HashedNames.mix(hash, 0xff)
    }
    return hash
  }
}

const unescaped = (text: string) =>
  text.includes("\\") ? text.replace(/\\(.)/g, (_, escaped) => escaped === "n" ? "\n" : escaped) : text

/** All three values are there, and none is empty. */
const isIdentity = ([namespace, namespaceEnd, pod, podEnd, container, containerEnd]: ReadonlyArray<number>) =>
  namespace! < namespaceEnd! && pod! < podEnd! && container! < containerEnd!
