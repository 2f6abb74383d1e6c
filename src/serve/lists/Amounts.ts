/** Quantities as `Quantity.ts` words them, written without a string in between. */
import { decimal as wholeNumber, run } from "./Write.ts"

const suffixes = (texts: ReadonlyArray<string>) => texts.map((text) => new TextEncoder().encode(text))

const decimal = suffixes(["n", "u", "m", "", "k", "M", "G", "T", "P", "E"])
const small = suffixes(["", "k"])
const binary = suffixes(["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"])

/** The most that a quantity comes to: 16 digits and a suffix. */
export const room = 18

export const cpu = (bytes: Uint8Array, at: number, nanocores: number) => quantity(bytes, at, nanocores, 1000, decimal)

export const memory = (bytes: Uint8Array, at: number, value: number) =>
  value < 1024 ? quantity(bytes, at, value, 1000, small) : quantity(bytes, at, value, 1024, binary)

const quantity = (bytes: Uint8Array, at: number, value: number, base: number, suffixes: ReadonlyArray<Uint8Array>) => {
  if (value === 0) return wholeNumber(bytes, at, 0)
  let rest = value
  let index = 0
  // Division is quick; the remainder of a double is a call.
  for (let next = Math.floor(rest / base); next * base === rest && index < suffixes.length - 1; index++) {
    rest = next
    next = Math.floor(rest / base)
  }
  return run(bytes, wholeNumber(bytes, at, rest), suffixes[index]!)
}
