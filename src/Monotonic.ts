/** Time that nobody can set, for durations: the wall clock may be set while they pass. */
import { Clock, Effect } from "effect"

const millis = (nanos: bigint) => Number(nanos / 1_000_000n)

/** Milliseconds since some moment. */
export const now = Effect.map(Clock.monotonicTimeNanos, millis)

/** The same, for who cannot wait for an effect. */
export const reader = Effect.map(Clock.Clock, (clock) => () => millis(clock.monotonicTimeNanosUnsafe()))
