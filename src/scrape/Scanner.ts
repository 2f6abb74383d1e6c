/** The parts of a line of the Prometheus text format 0.0.4, one after another, as ranges of bytes. */
import {
  backslash,
  carriageReturn,
  closeBrace,
  colon,
  comma,
  equals,
  hash,
  isBlank,
  isDigit,
  isLetter,
  lineFeed,
  lowerN,
  minus,
  openBrace,
  quote,
  sameBytes,
  sameWords
} from "./Bytes.ts"
import { Decimal } from "./Decimal.ts"
import { skipDigits, wholeNumber } from "./Digits.ts"

/** The labels that say whose a series is. Their values stand in `Scanner.ranges`, from and to for each. */
export const identity = ["namespace", "pod", "container"] as const

/**
 * Every method but `skipLine` reads one part at `at` and moves behind it, or says false: then `at` is the offending byte
 * and `expected` what should have stood there. The page must end with a line feed, at which every loop stops.
 */
export class Scanner {
  readonly page: Uint8Array
  readonly value: Decimal
  readonly #words: DataView
  at = 0
  expected = ""
  nameStart = 0
  nameEnd = 0
  /** A range that begins at 0 is absent: no value of a label stands there. */
  readonly ranges = [0, 0, 0, 0, 0, 0]
  /** Milliseconds, once it was read; NaN when the line has none. A field, and not what a method returns, which V8 makes an object of. */
  timestamp = Number.NaN
  /** Where the digits of the timestamp are; nowhere when the line has none. */
  #timestampStart = 0
  #timestampEnd = 0

  constructor(page: Uint8Array) {
    this.page = page
    this.value = new Decimal(page)
    this.#words = new DataView(page.buffer, page.byteOffset, page.byteLength)
  }

  readTimestamp() {
    const start = this.#timestampStart
    this.timestamp = Number.NaN
    if (start === 0) return
    const millis = wholeNumber(this.page, start, this.#timestampEnd)
    this.timestamp = this.page[start - 1] === minus ? -millis : millis
  }

  /** Passes a comment or a blank line; false when a sample stands here. */
  skipLine() {
    this.#skipBlanks()
    if (this.page[this.at] === hash) {
      this.at = this.page.indexOf(lineFeed, this.at) + 1
      return true
    }
    return this.#isEndOfLine() && this.endLine()
  }

  /** Is the name here that of the line before? Series of one name stand together, so mostly it is. */
  repeatsName() {
    const length = this.nameEnd - this.nameStart
    if (!this.repeats(this.nameStart, length) || isName(this.page[this.at + length])) return false
    this.at += length
    return true
  }

  /** Do the bytes from `start` stand here again, `length` of them? */
  repeats(start: number, length: number) {
    return this.has(this.#words, start, length)
  }

  /** Do those of another place stand here? */
  has(words: DataView, start: number, length: number) {
    const { at } = this
    return length > 0 && at + length <= this.page.length && sameWords(words, start, this.#words, at, length)
  }

  name() {
    const { at, page } = this
    let end = at
    while (isName(page[end])) end++
    if (end === at || isDigit(page[at])) return this.fail("a metric name")
    this.nameStart = at
    this.nameEnd = end
    this.at = end
    return true
  }

  /** The labels in braces, if there are any, and the blanks before the value. */
  labels() {
    const start = this.at
    for (let index = 0; index < this.ranges.length; index++) this.ranges[index] = 0
    this.#skipBlanks()
    if (this.page[this.at] === openBrace) {
      this.at++
      this.#skipBlanks()
      while (this.page[this.at] !== closeBrace) {
        if (!this.#label()) return false
      }
      this.at++
    } else if (this.at === start) return this.fail("a space or a brace after the metric name")
    return true
  }

  number() {
    this.#skipBlanks()
    const end = this.value.read(this.at)
    if (end < 0) return this.fail("a number")
    this.at = end
    return true
  }

  /** What may follow a value: a timestamp in milliseconds; then the line ends. */
  rest() {
    const start = this.at
    this.#timestampStart = 0
    this.#skipBlanks()
    if (!this.#isEndOfLine()) {
      if (this.at === start) return this.fail("a space or the end of the line after the number")
      if (!this.#timestamp()) return false
      this.#skipBlanks()
    }
    return this.#isEndOfLine() ? this.endLine() : this.fail("the end of the line")
  }

  /** Passes the end of the line. */
  endLine() {
    this.at += this.page[this.at] === carriageReturn ? 2 : 1
    return true
  }

  fail(expected: string, at = this.at) {
    this.expected = expected
    this.at = at
    return false
  }

  #label() {
    const { page } = this
    const start = this.at
    let end = start
    while (isLetter(page[end]) || isDigit(page[end])) end++
    if (end === start || isDigit(page[start])) return this.fail("a label name or a closing brace")
    this.at = end
    this.#skipBlanks()
    if (page[this.at] !== equals) return this.fail("=")
    this.at++
    this.#skipBlanks()
    if (page[this.at] !== quote) return this.fail("a quoted label value")
    const value = this.at + 1
    if (!this.#quoted()) return false
    const index = identityAt(page, start, end)
    if (index >= 0) {
      if (this.ranges[2 * index] !== 0) return this.fail(`only one label ${identity[index]}`, start)
      this.ranges[2 * index] = value
      this.ranges[2 * index + 1] = this.at - 1
    }
    this.#skipBlanks()
    if (page[this.at] === comma) {
      this.at++
      this.#skipBlanks()
    } else if (page[this.at] !== closeBrace) return this.fail("a comma or a closing brace")
    return true
  }

  #quoted() {
    const { page } = this
    let at = this.at + 1
    while (page[at] !== quote) {
      if (page[at] === lineFeed) return this.fail("a closing quote", at)
      if (page[at] === backslash) {
        at++
        const escaped = page[at]
        if (escaped !== backslash && escaped !== quote && escaped !== lowerN) return this.fail("\\\\, \\\" or \\n", at)
      }
      at++
    }
    this.at = at + 1
    return true
  }

  /** A count of milliseconds that a double holds exactly. */
  #timestamp() {
    const { page } = this
    const start = page[this.at] === minus ? this.at + 1 : this.at
    const end = skipDigits(page, start)
    const isExact = end - start <= 15 || wholeNumber(page, start, end) <= Number.MAX_SAFE_INTEGER
    if (end === start || !isExact) return this.fail("a timestamp in milliseconds")
    this.#timestampStart = start
    this.#timestampEnd = end
    this.at = end
    return true
  }

  #skipBlanks() {
    const { page } = this
    let { at } = this
    while (isBlank(page[at])) at++
    this.at = at
  }

  #isEndOfLine() {
    const byte = this.page[this.at]
    return byte === lineFeed || (byte === carriageReturn && this.page[this.at + 1] === lineFeed)
  }
}

const isName = (byte: number | undefined) => isLetter(byte) || isDigit(byte) || byte === colon

const words = identity.map((label) => new TextEncoder().encode(label))

/** Which label of the identity the bytes name, or -1. */
const identityAt = (page: Uint8Array, start: number, end: number) => {
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!
    if (end - start === word.length && sameBytes(page, start, word, 0, word.length)) return index
  }
  return -1
}
