/** Time that nobody can set, for durations: the wall clock may be set while they pass. */
import { Clock, Duration, Effect, type Exit } from "effect"

/** Whole ones. Beyond three months nanoseconds are no longer exact as a number, which is nothing to a millisecond. */
const millis = (nanos: bigint) => Math.floor(Number(nanos) / 1e6)

/** Milliseconds since some moment. */
export const now = Effect.map(Clock.monotonicTimeNanos, millis)

/** The same, for who cannot wait for an effect. */
export const reader = Effect.map(Clock.Clock, (clock) => () => millis(clock.monotonicTimeNanosUnsafe()))

/** Effect's own goes by the wall clock: set back by a day, it would not run the effect again for a day. */
export const cachedInvalidateWithTTL = Effect.fnUntraced(function*<A, E, R>(
  self: Effect.Effect<A, E, R>,
  timeToLive: (exit: Exit.Exit<A, E>) => Duration.Input
) {
  const now = yield* reader
  /** While it runs that has no end. */
  let until = -Infinity
  const running = Effect.suspend(() => {
    until = Infinity
    return self
  }).pipe(
    Effect.onExit((exit) =>
      Effect.sync(() => {
        until = now() + Duration.toMillis(timeToLive(exit))
      })
    )
  )
  const [cached, invalidate] = yield* Effect.cachedInvalidateWithTTL(running, Duration.infinity)
  return [Effect.suspend(() => now() < until ? cached : Effect.andThen(invalidate, cached)), invalidate] as const
})
