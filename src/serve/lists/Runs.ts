/**
 * Bytes that are written over and over, such as what stands between two names: copied in words of eight bytes, which for the few
 * that most of them are is quicker than a loop over bytes or a call.
 */
import type { Sheet } from "./Write.ts"

const word = 8

const inWords = (length: number) => Math.ceil(length / word) * word

/** Up to so many bytes behind a run are written over: who writes one has room for them, and writes what follows later. */
export const beyond = word - 1

export class Run {
  readonly length: number
  readonly words: DataView

  constructor(bytes: Uint8Array) {
    const padded = new Uint8Array(inWords(bytes.length))
    padded.set(bytes)
    this.length = bytes.length
    this.words = new DataView(padded.buffer)
  }
}

export const write = (sheet: Sheet, at: number, { length, words }: Run): number => copy(sheet, at, words, 0, length)

/** Many of them, one behind another in the same memory: what is written in that order is read in that order. */
export class Runs {
  /** Of each, where it begins and how long it is. */
  readonly spans: Uint32Array
  readonly words: DataView

  /** Neighbours that are the same array are there once. */
  constructor(runs: ReadonlyArray<Uint8Array>) {
    const isAgain = (which: number) => which > 0 && runs[which] === runs[which - 1]
    this.spans = new Uint32Array(2 * runs.length)
    let end = 0
    runs.forEach(({ length }, which) => {
      this.spans[2 * which] = isAgain(which) ? this.spans[2 * which - 2]! : end
      this.spans[2 * which + 1] = length
      end = this.spans[2 * which]! + inWords(length)
    })
    const bytes = new Uint8Array(end)
    runs.forEach((run, which) => {
      if (!isAgain(which)) bytes.set(run, this.spans[2 * which])
    })
    this.words = new DataView(bytes.buffer)
  }
}

export const lengthOf = ({ spans }: Runs, which: number) => spans[2 * which + 1]!

/** One of them. */
export const writeOne = (sheet: Sheet, at: number, { spans, words }: Runs, which: number): number =>
  copy(sheet, at, words, spans[2 * which]!, spans[2 * which + 1]!)

const copy = ({ view }: Sheet, at: number, words: DataView, start: number, length: number) => {
  for (let index = 0; index < length; index += word) {
    view.setBigUint64(at + index, words.getBigUint64(start + index, true), true)
  }
  return at + length
}
