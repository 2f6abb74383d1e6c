/** Windows as `Quantity.ts` and `protobuf/Metrics.ts` write them: no two pods need have the same, so that nothing is remembered. */
import { formatGoDuration } from "../../Quantity.ts"
import * as Write from "./Write.ts"

const encoder = new TextEncoder()

const dot = 0x2e
const letters = { hours: 0x68, minutes: 0x6d, seconds: 0x73 }

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** As Go words it: "14.987s". Milliseconds, none below zero. */
export const text = (sheet: Write.Sheet, at: number, millis: number): number => {
  // No kubelet waits so long, or is so quick.
  if (!(millis >= second && millis < day && Number.isInteger(millis))) {
    return Write.copy(sheet, at, encoder.encode(formatGoDuration(millis)))
  }
  let end = at
  if (millis >= hour) end = unit(sheet, end, Math.floor(millis / hour), letters.hours)
  if (millis >= minute) end = unit(sheet, end, Math.floor(millis % hour / minute), letters.minutes)
  end = Write.decimal(sheet, end, Math.floor(millis % minute / second))
  const thousandths = millis % second
  if (thousandths > 0) {
    sheet.view.setUint8(end, dot)
    end = Write.padded(sheet, end + 1, thousandths, 3)
    while (sheet.view.getUint8(end - 1) === Write.zero) end--
  }
  sheet.view.setUint8(end, letters.seconds)
  return end + 1
}

const unit = (sheet: Write.Sheet, at: number, count: number, letter: number) => {
  const end = Write.decimal(sheet, at, count)
  sheet.view.setUint8(end, letter)
  return end + 1
}

/** A message of nanoseconds, its length first. Milliseconds, none below zero. */
export const message = (sheet: Write.Sheet, at: number, millis: number): number => {
  sheet.view.setUint8(at + 1, 1 << 3) // the first field, a varint
  const end = Write.varint(sheet, at + 2, Math.round(millis * 1e6))
  sheet.view.setUint8(at, end - at - 1)
  return end
}
