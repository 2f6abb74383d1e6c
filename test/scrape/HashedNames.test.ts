/** Names that fall together under hashes that only multiply, whatever the factor is. */
import { assert, it } from "@effect/vitest"
import * as HashedNames from "../../src/scrape/HashedNames.ts"

const hashOf = (text: string) => Buffer.from(text).reduce(HashedNames.mix, HashedNames.seed)

/** The sequence of Thue and Morse over two characters, so many long: each half is the complement of the other. */
const thueMorse = (length: number, zero: string, one: string) =>
  Array.from({ length }, (_, index) => index.toString(2).replaceAll("0", "").length % 2 === 0 ? zero : one).join("")

it.each([64, 128, 256, 1024])("the complements of Thue and Morse, %d long, do not fall together", (length) => {
  assert.notStrictEqual(hashOf(thueMorse(length, " ", "`")), hashOf(thueMorse(length, "`", " ")))
})

it("thousands of names like those of pods have as many hashes, but for a few", () => {
  const names = Array.from({ length: 10_000 }, (_, index) => `pod-${index}-${(index * 7919).toString(36)}`)
  assert.isAbove(new Set(names.map(hashOf)).size, 9_990)
})
