/** One limit of time for many things that mostly end long before: a single fiber watches over all of them. */
import { Duration, Effect, type Scope } from "effect"
import * as Monotonic from "./Monotonic.ts"

/** Something that is under way. */
export interface Running {
  /** By the monotonic clock: milliseconds. */
  readonly end: number
  readonly expire: () => void
}

export interface TimeLimit {
  /** When the time is up, `expire` is called once. */
  begin(expire: () => void): Running
  /** It has ended by itself. */
  end(running: Running): void
}

/** Where there are many, this is cheaper than `Effect.timeout`, which takes two fibers and a timer for each. */
export const make = Effect.fnUntraced(function*(
  limit: Duration.Duration
): Effect.fn.Return<TimeLimit, never, Scope.Scope> {
  const now = yield* Monotonic.reader
  const millis = Duration.toMillis(limit)
  /** In the order in which they began, which is that of their ends. */
  const running = new Set<Running>()

  /** Until the next one may be due: what has not begun yet is not before a whole limit from now. */
  const watch = Effect.suspend(() => {
    for (const it of running) {
      const rest = it.end - now()
      if (rest > 0) return Effect.sleep(rest)
      running.delete(it)
      it.expire()
    }
    return Effect.sleep(millis)
  })
  yield* watch.pipe(
    // Whatever is wrong with one, the others are watched.
    Effect.catchCause((cause) => Effect.logError("the end of a time limit could not be told", cause)),
    Effect.forever,
    Effect.forkScoped
  )

  return {
    begin: (expire) => {
      const it = { end: now() + millis, expire }
      running.add(it)
      return it
    },
    end: (it) => {
      running.delete(it)
    }
  }
})
