/** Which two readings of a counter span a window, and what was used in it. */
import type { Points } from "../Sample.ts"

/** The last two readings of every row. The previous one is missing until two make a window. */
export interface Pair {
  readonly last: Points
  readonly previous: Points
}

/** What a reading means for the last and the previous one of its row. */
export type Step =
  /** Incomplete: as if it had not been taken. */
  | "none"
  /** The last one again. */
  | "repeated"
  | "advancing"
  /** The first one of this life of the container, or of this setting of the kubelet's clock; older ones are useless. */
  | "first"
  /** The first one of a young container: together with zero at its start it is enough. */
  | "fresh"

/** A younger container's average says little: its start-up dominates. */
const minFreshAge = 10_000

/** `resolution`, the time between two scrapes in milliseconds, is the age at which a container stops being young. */
export const step = (stored: Pair, reading: Points, row: number, resolution: number): Step => {
  const { last, previous } = stored
  if (!isComplete(reading, row)) return "none"
  const timestamp = reading.timestamp(row)
  const sameLife = !Number.isNaN(last.timestamp(row)) && !hasRestarted(last, reading, row)
  if (sameLife && timestamp === last.timestamp(row)) return "repeated"

  const age = timestamp - reading.startTime(row)
  // A start that moved while the counter went on is none: a whole life's CPU time would fall into a few seconds.
  const isFromStart = Number.isNaN(last.timestamp(row)) || hasFallen(last, reading, row) ||
    previous.timestamp(row) === reading.startTime(row)
  if (age >= minFreshAge && age < resolution && isFromStart) return "fresh"
  // Older than the last one: a clock was set back while the counters went on, and nobody knows for how long they did.
  return sameLife && timestamp > last.timestamp(row) && !hasFallen(last, reading, row) ? "advancing" : "first"
}

/** Carries the step out; says whether the reading was taken, be it for the second time. */
export const take = (stored: Pair, reading: Points, row: number, resolution: number) => {
  const { last, previous } = stored
  const next = step(stored, reading, row, resolution)
  if (next === "none") return false
  if (next === "repeated") return true
  if (next === "advancing") previous.copyRow(row, last, row)
  if (next === "first") previous.clearRow(row)
  if (next === "fresh") {
    previous.copyRow(row, reading, row)
    previous.setTimestamp(row, reading.startTime(row))
    previous.setCpu(row, 0, 0)
  }
  last.copyRow(row, reading, row)
  return true
}

/** The original's rule: a reading without a timestamp, CPU time or memory, or with zero for one of them, is none. */
const isComplete = (points: Points, row: number) =>
  points.timestamp(row) > 0 && points.timestamp(row) < endOfTime &&
  points.cpuSeconds(row) + points.cpuNanos(row) > 0 && points.memoryBytes(row) > 0

/** Up to here, in the year 2255, the division in `rate` is exact. */
const endOfTime = 9e12

/**
 * The original's rule: a container that started at or after its last reading is in another life. That it says another start than before
 * means nothing, because start times move a little while it runs; nor does one that is unknown, as that of a node.
 */
const hasRestarted = (last: Points, reading: Points, row: number) => reading.startTime(row) >= last.timestamp(row)

const hasFallen = (earlier: Points, later: Points, row: number) =>
  later.cpuSeconds(row) < earlier.cpuSeconds(row) ||
  (later.cpuSeconds(row) === earlier.cpuSeconds(row) && later.cpuNanos(row) < earlier.cpuNanos(row))

/** Milliseconds between the two readings of a row, by the kubelet's clock; NaN while one of them is missing. */
export const window = (stored: Pair, row: number) => stored.last.timestamp(row) - stored.previous.timestamp(row)

/** What was used in the window of a row: billionths of a core. */
export const cpuNanocores = ({ last, previous }: Pair, row: number) =>
  rate(
    last.cpuSeconds(row) - previous.cpuSeconds(row),
    last.cpuNanos(row) - previous.cpuNanos(row),
    last.timestamp(row) - previous.timestamp(row)
  )

/**
 * Nanoseconds of CPU time per second, truncated as in the original: floor((seconds * 10^9 + nanos) * 1000 / window).
 * The dividend outgrows 2^53, so the division is done on paper: three decimal digits at a time, remainder carried on.
 */
export const rate = (seconds: number, nanos: number, window: number) => {
  const borrow = nanos < 0 ? 1 : 0
  const billionths = nanos + borrow * 1e9
  const whole = seconds - borrow
  let quotient = Math.floor(whole / window)
  let remainder = whole - quotient * window
  for (let place = 0; place < 4; place++) {
    const digits = place === 3 ? 0 : Math.floor(billionths / powers[place]!) % 1e3
    const dividend = remainder * 1e3 + digits
    const next = Math.floor(dividend / window)
    remainder = dividend - next * window
    quotient = quotient * 1e3 + next
  }
  return quotient
}

/** What three digits of nanoseconds are to be divided by. */
const powers = [1e6, 1e3, 1]
