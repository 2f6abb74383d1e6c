/**
 * Bytes written one behind another: each function writes at a position of a sheet that has room, and says where the next one
 * begins. Positions are numbers that travel from one to the next, and not the state of an object, because that is what the engine
 * is quick with.
 */

/** What is written on. */
export class Sheet {
  readonly bytes: Uint8Array
  /** Of the same bytes: numbers of several bytes are written at once. */
  readonly view: DataView

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
}

export const copy = ({ bytes }: Sheet, at: number, source: Uint8Array): number => {
  bytes.set(source, at)
  return at + source.length
}

export const zero = 0x30
const billion = 1_000_000_000

/** A whole number below 2^53, in decimal: at most 16 digits. */
export const decimal = (sheet: Sheet, at: number, value: number): number => {
  if (value < billion) return padded(sheet, at, value, 1)
  const high = Math.floor(value / billion)
  return padded(sheet, padded(sheet, at, high, 1), value - high * billion, 9)
}

/** A whole number below 2^31, in at least so many digits. */
export const padded = ({ view }: Sheet, at: number, value: number, least: number): number => {
  let count = least
  for (let limit = 10 ** least; value >= limit; limit *= 10) count++
  const end = at + count
  // Of numbers that the engine knows to be of 32 bits, division is a multiplication.
  let rest = value | 0
  let place = end
  while (place > at + 1) {
    const next = rest / 100 | 0
    place -= 2
    view.setUint16(place, pairs[rest - 100 * next]!)
    rest = next
  }
  if (place > at) view.setUint8(at, zero + rest)
  return end
}

/** Both digits of numbers below 100. */
const pairs = Uint16Array.from({ length: 100 }, (_, value) => zero + Math.floor(value / 10) << 8 | zero + value % 10)

/** How many bytes the varint of a length has. */
export const sizeOf = (length: number) =>
  length < 0x80 ? 1 : length < 0x4000 ? 2 : length < 0x20_0000 ? 3 : length < 0x1000_0000 ? 4 : 5

/** A whole number below 2^53, as protobuf has it. */
export const varint = ({ view }: Sheet, at: number, value: number): number => {
  let rest = value
  let end = at
  // Bits are those of 32.
  while (rest > 0x7fff_ffff) {
    const high = Math.floor(rest / 128)
    view.setUint8(end++, rest - 128 * high | 0x80)
    rest = high
  }
  let bits = rest | 0
  while (bits > 0x7f) {
    view.setUint8(end++, bits & 0x7f | 0x80)
    bits >>>= 7
  }
  view.setUint8(end++, bits)
  return end
}

/**
 * Writes the length of what stands from `start` to `end`, in front of it. So many bytes were left free there; when it needs
 * others, the content moves.
 */
export const length = (sheet: Sheet, start: number, end: number, free: number): number => {
  const value = end - start
  const needed = sizeOf(value)
  const begin = start - free
  if (needed !== free) sheet.bytes.copyWithin(begin + needed, start, end)
  varint(sheet, begin, value)
  return begin + needed + value
}
