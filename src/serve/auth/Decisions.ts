/** What the kube-apiserver decided, kept for as long as it may be believed, and no longer when the wall clock is set back. */
import { Cache, Duration, Effect, Exit } from "effect"
import * as Monotonic from "../../Monotonic.ts"

/** Equal questions at one moment are one; without an answer there is nothing to keep. */
export const make = Effect.fnUntraced(function*<A, E, R>(
  decide: (question: string) => Effect.Effect<A, E, R>,
  options: {
    readonly capacity: number
    readonly timeToLive: (decision: A) => Duration.Duration
  }
) {
  const decideNow = Effect.fnUntraced(function*(question: string) {
    const decision = yield* decide(question)
    return { decision, until: (yield* Monotonic.now) + Duration.toMillis(options.timeToLive(decision)) }
  })
  const cache = yield* Cache.makeWith(decideNow, {
    capacity: options.capacity,
    timeToLive: (exit) => Exit.isSuccess(exit) ? options.timeToLive(exit.value.decision) : 0,
    requireServicesAt: "lookup"
  })
  return Effect.fnUntraced(function*(question: string) {
    const askedAt = yield* Monotonic.now
    const kept = yield* Cache.get(cache, question)
    if (kept.until >= askedAt) return kept.decision
    // The cache forgets by the wall clock, which was set back.
    yield* Cache.invalidate(cache, question)
    return (yield* Cache.get(cache, question)).decision
  })
})
