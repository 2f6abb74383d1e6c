/** Time that nobody can set, for durations: the wall clock may be set while they pass. */
import { Clock, Effect } from "effect"

/** Milliseconds since some moment. */
export const now = Effect.map(Clock.monotonicTimeNanos, (nanos) => Number(nanos / 1_000_000n))
