/** A decimal number where it stands in the bytes of a page, read digit by digit: no double in between, no drift. */
import { lowerE, minus, plus, point, upperE, zero } from "./Bytes.ts"
import { powersOfTen, skipDigits, wholeNumber } from "./Digits.ts"

/** A greater power of ten says no more: a page has fewer digits. */
const maxExponent = 1e9

/** So many digits make a whole number that a double holds exactly. */
const exactDigits = 15

export class Decimal {
  readonly #page: Uint8Array
  /** The first digit, or the point before it. */
  #start = 0
  /** Digits in all, and those before the point. */
  #digits = 0
  #whole = 0
  #exponent = 0
  /** False for NaN, the infinities and everything below zero: nothing here that can be counted. */
  #countable = false

  constructor(page: Uint8Array) {
    this.#page = page
  }

  /** Reads the number that begins at `at`, in the syntax of Go's `strconv.ParseFloat`; the byte after it, or -1. */
  read(at: number) {
    const page = this.#page
    const signed = page[at] === plus || page[at] === minus
    this.#countable = page[at] !== minus
    const start = signed ? at + 1 : at
    const wholeEnd = skipDigits(page, start)
    const hasPoint = page[wholeEnd] === point
    const end = hasPoint ? skipDigits(page, wholeEnd + 1) : wholeEnd
    this.#start = start
    this.#whole = wholeEnd - start
    this.#digits = end - start - (hasPoint ? 1 : 0)
    this.#exponent = 0
    if (this.#digits === 0) return hasPoint ? -1 : this.#readWord(start, signed)
    return page[end] === lowerE || page[end] === upperE ? this.#readExponent(end + 1) : end
  }

  /** The value times 10^`places`, truncated to a whole number; NaN when it is not countable or not below 2^53. */
  scaled(places: number) {
    return this.#digitsBetween(0, this.#whole + this.#exponent + places)
  }

  /** The first `places` digits after the decimal point as a number; NaN when the value is not countable. */
  fraction(places: number) {
    const whole = this.#whole + this.#exponent
    return this.#digitsBetween(whole, whole + places)
  }

  /** As a whole number; before the first digit and behind the last one are zeros. */
  #digitsBetween(from: number, to: number) {
    if (!this.#countable) return Number.NaN
    const first = Math.max(from, 0)
    if (to - first > exactDigits) return this.#manyDigits(first, to)
    const end = Math.min(to, this.#digits)
    return first < end ? this.#fewDigits(first, end) * powersOfTen[to - end]! : 0
  }

  #fewDigits(first: number, end: number) {
    const page = this.#page
    const start = this.#start
    const whole = this.#whole
    if (end <= whole) return wholeNumber(page, start + first, start + end)
    const behindPoint = start + 1
    if (first >= whole) return wholeNumber(page, behindPoint + first, behindPoint + end)
    return wholeNumber(page, start + first, start + whole) * powersOfTen[end - whole]! +
      wholeNumber(page, behindPoint + whole, behindPoint + end)
  }

  #manyDigits(first: number, to: number) {
    let value = 0
    for (let index = first; index < to; index++) {
      if (value === 0 && index >= this.#digits) return 0
      value = value * 10 + this.#digit(index)
      if (value > Number.MAX_SAFE_INTEGER) return Number.NaN
    }
    return value
  }

  /** After the last digit come zeros. */
  #digit(index: number) {
    if (index >= this.#digits) return 0
    return this.#page[this.#start + (index < this.#whole ? index : index + 1)]! - zero
  }

  #readExponent(at: number) {
    const page = this.#page
    const negative = page[at] === minus
    const start = negative || page[at] === plus ? at + 1 : at
    const end = skipDigits(page, start)
    let exponent = 0
    for (let index = start; index < end && exponent < maxExponent; index++) {
      exponent = exponent * 10 + page[index]! - zero
    }
    this.#exponent = negative ? -exponent : exponent
    return end > start ? end : -1
  }

  #readWord(start: number, signed: boolean) {
    const word = String.fromCharCode(...this.#page.subarray(start, start + "infinity".length)).toLowerCase()
    this.#countable = false
    if (word === "infinity") return start + word.length
    return word.startsWith("inf") || (word.startsWith("nan") && !signed) ? start + 3 : -1
  }
}
