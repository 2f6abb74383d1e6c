/** The bytes that mean something in the Prometheus text format, and how bytes are compared. */

export const tab = 0x09
export const lineFeed = 0x0a
export const carriageReturn = 0x0d
export const space = 0x20
export const quote = 0x22
export const hash = 0x23
export const plus = 0x2b
export const comma = 0x2c
export const minus = 0x2d
export const point = 0x2e
export const zero = 0x30
export const nine = 0x39
export const colon = 0x3a
export const equals = 0x3d
export const upperE = 0x45
export const backslash = 0x5c
export const underscore = 0x5f
export const lowerA = 0x61
export const lowerE = 0x65
export const lowerN = 0x6e
export const lowerZ = 0x7a
export const openBrace = 0x7b
export const closeBrace = 0x7d

/** No byte is beyond the end of a page; there `undefined` compares as false. */
type Byte = number | undefined

export const isDigit = (byte: Byte) => byte! >= zero && byte! <= nine

/** Letters of either case, which differ in one bit, and the underscore. */
export const isLetter = (byte: Byte) => (byte! | 0x20) >= lowerA && (byte! | 0x20) <= lowerZ || byte === underscore

export const isBlank = (byte: Byte) => byte === space || byte === tab

/** As `sameBytes`, four at a time: for what is mostly the same. */
export const sameWords = (one: DataView, left: number, other: DataView, right: number, length: number) => {
  let offset = 0
  for (; offset + 4 <= length; offset += 4) {
    if (one.getInt32(left + offset) !== other.getInt32(right + offset)) return false
  }
  for (; offset < length; offset++) {
    if (one.getUint8(left + offset) !== other.getUint8(right + offset)) return false
  }
  return true
}

/** Do the `length` bytes at `left` of one page stand at `right` of the other as well? */
export const sameBytes = (one: Uint8Array, left: number, other: Uint8Array, right: number, length: number) => {
  for (let offset = 0; offset < length; offset++) {
    if (one[left + offset] !== other[right + offset]) return false
  }
  return true
}
