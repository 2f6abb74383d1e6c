/** Windows as `Quantity.ts` and `protobuf/Metrics.ts` write them: no two pods need have the same, so that nothing is remembered. */
import { formatGoDuration } from "../../Quantity.ts"
import * as Write from "./Write.ts"

const dot = 0x2e
const letters = { hours: 0x68, minutes: 0x6d, seconds: 0x73 }

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** As Go words it: "14.987s". Milliseconds, none below zero. */
export const text = (bytes: Uint8Array, at: number, millis: number): number => {
  // No kubelet waits so long, or is so quick.
  if (!(millis >= second && millis < day && Number.isInteger(millis))) {
    return Write.utf8(bytes, at, formatGoDuration(millis))
  }
  let end = at
  if (millis >= hour) end = unit(bytes, end, Math.floor(millis / hour), letters.hours)
  if (millis >= minute) end = unit(bytes, end, Math.floor(millis % hour / minute), letters.minutes)
  end = Write.decimal(bytes, end, Math.floor(millis % minute / second))
  const thousandths = millis % second
  if (thousandths > 0) {
    bytes[end] = dot
    end = Write.padded(bytes, end + 1, thousandths, 3)
    while (bytes[end - 1] === Write.zero) end--
  }
  bytes[end] = letters.seconds
  return end + 1
}

const unit = (bytes: Uint8Array, at: number, count: number, letter: number) => {
  const end = Write.decimal(bytes, at, count)
  bytes[end] = letter
  return end + 1
}

/** A message of nanoseconds, its length first. Milliseconds, none below zero. */
export const message = (bytes: Uint8Array, at: number, millis: number): number => {
  bytes[at + 1] = 1 << 3 // the first field, a varint
  const end = Write.varint(bytes, at + 2, Math.round(millis * 1e6))
  bytes[at] = end - at - 1
  return end
}
