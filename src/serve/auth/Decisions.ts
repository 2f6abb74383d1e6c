/** What the kube-apiserver decided, kept for as long as it may be believed, by a clock that nobody sets. */
import { Cache, Duration, Effect } from "effect"
import * as Monotonic from "../../Monotonic.ts"

interface Kept<A> {
  readonly decision: A
  readonly until: number
}

/** Equal questions at one moment are one; without an answer there is nothing to keep. */
export const make = Effect.fnUntraced(function*<A, E, R>(
  decide: (question: string) => Effect.Effect<A, E, R>,
  options: {
    readonly capacity: number
    readonly timeToLive: (decision: A) => Duration.Duration
  }
) {
  const now = yield* Monotonic.reader
  /** The oldest first. */
  const kept = new Map<string, Kept<A>>()

  const keep = (question: string, decision: A) => {
    kept.delete(question)
    if (kept.size >= options.capacity) kept.delete(kept.keys().next().value ?? "")
    kept.set(question, { decision, until: now() + Duration.toMillis(options.timeToLive(decision)) })
  }
  const underWay = yield* Cache.makeWith(
    (question: string) => Effect.tap(decide(question), (decision) => Effect.sync(() => keep(question, decision))),
    { capacity: Number.POSITIVE_INFINITY, timeToLive: () => 0, requireServicesAt: "lookup" }
  )
  return (question: string) => {
    const known = kept.get(question)
    return known !== undefined && known.until > now() ? Effect.succeed(known.decision) : Cache.get(underWay, question)
  }
})
