/** What the symbols of DEFLATE stand for: https://www.rfc-editor.org/rfc/rfc1951#section-3.2.5 */

/**
 * A meaning is one number. From bit 12 on it has a value: a byte, or what a length or a distance begins at. From bit 8 on it says
 * how many bits behind the code are added to that. Below are these flags, none where a symbol stands for nothing; the lowest four
 * bits are left for the length of the code (`Huffman.ts`).
 */
export const isByte = 1 << 4
export const isCopy = 1 << 5
export const isEnd = 1 << 6

export const valueOf = (meaning: number) => meaning >>> 12

/** From the bits behind the code. */
export const extraOf = (meaning: number, bits: number) => bits & (1 << extraBitsOf(meaning)) - 1

export const extraBitsOf = (meaning: number) => meaning >>> 8 & 15

/** Lengths or distances, one behind another: each symbol stands for as many as its extra bits can tell apart. */
const copies = (first: number, extraBits: ReadonlyArray<number>) => {
  let next = first
  return extraBits.map((bits) => {
    const meaning = next << 12 | bits << 8 | isCopy
    next += 1 << bits
    return meaning
  })
}

const bytes = Array.from({ length: 256 }, (_, byte) => byte << 12 | isByte)

/** Of 3 bytes and more. The last symbol that the rule gives is one for 258, without extra bits. */
const lengths = copies(3, Array.from({ length: 28 }, (_, symbol) => Math.max(0, (symbol >> 2) - 1)))
const longestLength = 258 << 12 | isCopy

/** The symbol that ends a block. */
export const endOfBlock = 256

export const ofBytesAndLengths = Int32Array.of(...bytes, isEnd, ...lengths, longestLength, 0, 0)

export const ofDistances = Int32Array.of(
  ...copies(1, Array.from({ length: 30 }, (_, symbol) => Math.max(0, (symbol >> 1) - 1))),
  0,
  0
)

/** Of the code for the lengths of codes: themselves. From 16 on they repeat one, which `Inflate.ts` knows more of. */
export const ofCodeLengths = Int32Array.from({ length: 19 }, (_, symbol) => symbol << 12)
