/** Runs of decimal digits where they stand in the bytes of a page. */
import { isDigit, zero } from "./Bytes.ts"

/** Up to there they are exact doubles. */
export const powersOfTen = Array.from({ length: 23 }, (_, power) => 10 ** power)

/** Stops behind the last digit; a page ends with a line feed, so it stops. */
export const skipDigits = (page: Uint8Array, start: number) => {
  let at = start
  while (isDigit(page[at])) at++
  return at
}

/** As many digits make a small integer, with which the engine is far quicker than with a double. */
const smallDigits = 9

/** The digits from start to end as one number: exact up to 2^53, and greater than that if they are. */
export const wholeNumber = (page: Uint8Array, start: number, end: number) => {
  let value = 0
  let at = start
  while (at < end) {
    const first = at
    const stop = Math.min(end, at + smallDigits)
    let part = 0
    while (at < stop) part = part * 10 + page[at++]! - zero
    value = value * powersOfTen[at - first]! + part
  }
  return value
}
