/** What is read again and again, such as files that may be replaced: while it is broken, what it said before holds. */
import { Effect, Equal, Option } from "effect"
import * as Monotonic from "./Monotonic.ts"

export interface Manner<A> {
  /** The part of the server that logs it. */
  readonly service: string
  /** What is done when something else is read than before. If it dies, what was read counts as broken. */
  readonly replaced?: (found: A) => Effect.Effect<void>
  /** Logged behind what is wrong, once for each complaint. */
  readonly kept: string
  /** Whether two readings say the same; then the first object stays. */
  readonly same?: (one: A, other: A) => boolean
}

/** Reads with every run. Fails as long as nothing was good. */
export const make = <A, E extends { readonly message: string }, R>(
  read: Effect.Effect<A, E, R>,
  { kept, replaced = () => Effect.void, same = Equal.equals, service }: Manner<A>
): Effect.Effect<A, E, R> => {
  let last = Option.none<A>()
  let complaint = ""

  const use = Effect.fnUntraced(function*(found: A) {
    const used = yield* Option.match(last, {
      onNone: () => Effect.succeed(found),
      onSome: (before) => same(before, found) ? Effect.succeed(before) : Effect.as(replaced(found), found)
    })
    last = Option.some(used)
    complaint = ""
    return used
  })
  const keep = Effect.fnUntraced(function*(good: A, problem: string) {
    if (complaint !== problem) yield* Effect.logWarning(`${problem}; ${kept}`)
    complaint = problem
    return good
  })

  return read.pipe(
    Effect.flatMap(use),
    Effect.catch((error) => Option.isSome(last) ? keep(last.value, error.message) : Effect.fail(error)),
    Effect.catchDefect((defect) => Option.isSome(last) ? keep(last.value, String(defect)) : Effect.die(defect)),
    Effect.annotateLogs({ service })
  )
}

/** Files are replaced long before what they held expires. */
export const pause = "10 seconds"

/** Must be good at first, and is read again when it is asked for, but not more often than after a pause. */
export const follow = Effect.fnUntraced(function*<A, E extends { readonly message: string }, R>(
  read: Effect.Effect<A, E, R>,
  manner: Manner<A>
): Effect.fn.Return<Effect.Effect<A, never, R>, E, R> {
  const reading = make(read, manner)
  yield* reading
  const [current] = yield* Monotonic.cachedInvalidateWithTTL(Effect.orDie(reading), () => pause)
  return current
})
