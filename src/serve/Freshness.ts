/** How old metrics are when clients read them: a histogram of every item of every answer, cheap enough for long lists. */
import { Effect, Metric } from "effect"

const start = 1
const factor = 1.364
const length = 20

/** Seconds, as client_golang's ExponentialBuckets would make them. */
export const boundaries = Array.from({ length: length - 1 }).reduce<ReadonlyArray<number>>(
  (made) => [...made, made.at(-1)! * factor],
  [start]
)

/** Of each whole second, the first bucket that takes it, from which it is one step to that of a part of a second. */
const firstBucket = Uint8Array.from(
  { length: Math.ceil(boundaries.at(-1)!) },
  (_, second) => boundaries.findIndex((boundary) => second <= boundary)
)

export interface Freshness {
  /** An item of that age is read. */
  observe(millis: number): void
  /** So many items are read, of these times. */
  observeAll(now: number, timestamps: Float64Array, length: number): void
}

/** It counts by itself, without a look-up an item, and tells when it is asked. */
export const make = Effect.map(Effect.context<never>(), (context): Freshness => {
  const counts = new Float64Array(length + 1)
  // In an array, because a number that a closure changes is a new object each time.
  const extent = Float64Array.of(0, Number.MAX_VALUE, -Number.MAX_VALUE)

  const state = (): Metric.HistogramState => {
    let count = 0
    const buckets = boundaries.map((boundary, i): [number, number] => [boundary, count += counts[i]!])
    const [sum = 0, min = 0, max = 0] = extent
    return { buckets, count: count + counts[length]!, min, max, sum }
  }

  Metric.registerUnsafe(
    Metric.histogram("metrics_server_api_metric_freshness_seconds", {
      description: "How old the metrics of a node or pod are when a client reads them",
      boundaries
    }),
    context,
    { get: state, update: nothing, modify: nothing }
  )
  const observe = (millis: number) => {
    const seconds = millis / 1000
    let bucket = seconds < 0 ? 0 : firstBucket[Math.floor(seconds)] ?? length
    while (bucket < length && seconds > boundaries[bucket]!) bucket++
    counts[bucket]!++
    extent[0]! += seconds
    if (seconds < extent[1]!) extent[1] = seconds
    if (seconds > extent[2]!) extent[2] = seconds
  }

  return {
    observe,
    observeAll: (now, timestamps, length) => {
      for (let index = 0; index < length; index++) observe(now - timestamps[index]!)
    }
  }
})

const nothing = () => {}
