/**
 * Bytes written one behind another: each function writes at a position of a buffer that has room, and says where the next
 * one begins. Positions are numbers that travel from one to the next, and not the state of an object, because that is
 * what the engine is quick with.
 */

const encoder = new TextEncoder()

/** Which ASCII characters stand for themselves in a JSON string. */
const plain = Uint8Array.from({ length: 128 }, (_, code) => code >= 0x20 && code !== 0x22 && code !== 0x5c ? 1 : 0)

export const zero = 0x30
const billion = 1_000_000_000

export const run = (bytes: Uint8Array, at: number, source: Uint8Array): number => {
  // Short ones are what there is most of, and quicker than a call.
  if (source.length > 24) bytes.set(source, at)
  else for (let index = 0; index < source.length; index++) bytes[at + index] = source[index]!
  return at + source.length
}

/** The most that a text comes to, in UTF-8 and in JSON. */
export const room = (text: string) => 6 * text.length

/** A text in UTF-8. */
export const utf8 = (bytes: Uint8Array, at: number, text: string): number => {
  const end = plainText(bytes, at, text)
  return end >= 0 ? end : run(bytes, at, encoder.encode(text))
}

/** The inside of a JSON string. */
export const json = (bytes: Uint8Array, at: number, text: string): number => {
  const end = plainText(bytes, at, text)
  return end >= 0 ? end : run(bytes, at, encoder.encode(JSON.stringify(text).slice(1, -1)))
}

/** Where all of a text is plain; else -1, and what was written is to be written over. */
const plainText = (bytes: Uint8Array, at: number, text: string): number => {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (plain[code] !== 1) return -1
    bytes[at + index] = code
  }
  return at + text.length
}

/** A whole number below 2^53, in decimal: at most 16 digits. */
export const decimal = (bytes: Uint8Array, at: number, value: number): number => {
  if (value < billion) return padded(bytes, at, value, 1)
  const high = Math.floor(value / billion)
  return padded(bytes, padded(bytes, at, high, 1), value - high * billion, 9)
}

/** A whole number below 2^31, in at least so many digits. */
export const padded = (bytes: Uint8Array, at: number, value: number, least: number): number => {
  let count = least
  for (let limit = 10 ** least; value >= limit; limit *= 10) count++
  let rest = value
  for (let index = at + count - 1; index >= at; index--) {
    const next = rest / 10 | 0
    bytes[index] = zero + rest - next * 10
    rest = next
  }
  return at + count
}

/** How many bytes the varint of a length has. */
export const sizeOf = (length: number) =>
  length < 0x80 ? 1 : length < 0x4000 ? 2 : length < 0x20_0000 ? 3 : length < 0x1000_0000 ? 4 : 5

/** A whole number below 2^53, as protobuf has it. */
export const varint = (bytes: Uint8Array, at: number, value: number): number => {
  let rest = value
  let end = at
  // Bits are those of 32.
  while (rest > 0x7fff_ffff) {
    const high = Math.floor(rest / 128)
    bytes[end++] = rest - 128 * high | 0x80
    rest = high
  }
  while (rest > 0x7f) {
    bytes[end++] = rest & 0x7f | 0x80
    rest >>>= 7
  }
  bytes[end++] = rest
  return end
}

/**
 * Writes the length of what stands from `start` to `end`, in front of it. So many bytes were left free there; when it needs
 * others, the content moves.
 */
export const length = (bytes: Uint8Array, start: number, end: number, free: number): number => {
  const value = end - start
  const needed = sizeOf(value)
  const begin = start - free
  if (needed !== free) bytes.copyWithin(begin + needed, start, end)
  varint(bytes, begin, value)
  return begin + needed + value
}
