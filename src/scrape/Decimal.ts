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
    const shift = this.#shift + places
    if (this.#isShort && shift >= -exactDigits && shift <= exactDigits) {
      const mantissa = this.#mantissa
      if (shift < 0) return cutOff(mantissa, -shift)
      const value = mantissa * powersOfTen[shift]!
      if (value <= Number.MAX_SAFE_INTEGER) return value
    }
    return this.#digitsBetween(0, this.#whole + this.#exponent + places)
  }

  /** The first `places` digits after the decimal point as a number; NaN when the value is not countable. */
  fraction(places: number) {
    const shift = this.#shift
    if (this.#isShort && shift >= -exactDigits && places <= exactDigits) {
      if (shift >= 0) return 0
      const behindPoint = this.#mantissa % powersOfTen[-shift]!
      const more = places + shift
      return more < 0 ? cutOff(behindPoint, -more) : behindPoint * powersOfTen[more]!
    }
    const whole = this.#whole + this.#exponent
    return this.#digitsBetween(whole, whole + places)
  }

  /** All digits as one whole number, exact when they are few. */
  get #mantissa() {
    const whole = wholeNumber(this.#page, this.#start, this.#start + this.#whole)
    const places = this.#digits - this.#whole
    if (places === 0) return whole
    const point = this.#start + this.#whole
    return whole * powersOfTen[places]! + wholeNumber(this.#page, point + 1, point + 1 + places)
  }

  /** The power of ten that the mantissa is to be multiplied by. */
  get #shift() {
    return this.#exponent + this.#whole - this.#digits
  }

  get #isShort() {
    return this.#countable && this.#digits <= exactDigits
  }

  #digitsBetween(from: number, to: number) {
    if (!this.#countable) return Number.NaN
    let value = 0
    for (let index = Math.max(from, 0); index < to; index++) {
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

/** Divides by a power of ten; the remainder is dropped before, so that nothing is rounded. */
const cutOff = (value: number, power: number) => {
  const divisor = powersOfTen[power]!
  return (value - value % divisor) / divisor
}
