/** Quantities as `Quantity.ts` words them, written without a string in between. */
import * as Runs from "./Runs.ts"
import { decimal as wholeNumber, type Sheet } from "./Write.ts"

const suffixes = (texts: ReadonlyArray<string>) => texts.map((text) => new Runs.Run(new TextEncoder().encode(text)))

const decimal = suffixes(["n", "u", "m", "", "k", "M", "G", "T", "P", "E"])
const small = suffixes(["", "k"])
const binary = suffixes(["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"])

/** The most that a quantity comes to: 16 digits and a suffix. */
export const room = 18

export const cpu = (sheet: Sheet, at: number, nanocores: number) => quantity(sheet, at, nanocores, 1000, decimal)

export const memory = (sheet: Sheet, at: number, value: number) =>
  value < 1024 ? quantity(sheet, at, value, 1000, small) : quantity(sheet, at, value, 1024, binary)

const quantity = (sheet: Sheet, at: number, value: number, base: number, suffixes: ReadonlyArray<Runs.Run>) => {
  if (value === 0) return wholeNumber(sheet, at, 0)
  let rest = value
  let index = 0
  // Division is quick; the remainder of a double is a call.
  for (let next = Math.floor(rest / base); next * base === rest && index < suffixes.length - 1; index++) {
    rest = next
    next = Math.floor(rest / base)
  }
  return Runs.write(sheet, wholeNumber(sheet, at, rest), suffixes[index]!)
}
