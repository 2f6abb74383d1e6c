/** One limit of time for many things that mostly end long before: a single fiber watches over all of them. */
import { Duration, Effect, type Scope } from "effect"
import * as Monotonic from "./Monotonic.ts"
import { Entry, UnderWay } from "./UnderWay.ts"

/** Something that is under way. */
export class Running extends Entry {
  /** By the monotonic clock: milliseconds. */
  readonly end: number
  readonly expire: () => void

  constructor(end: number, expire: () => void) {
    super()
    this.end = end
    this.expire = expire
  }
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
  const running = new UnderWay<Running>()

  /** Until the next one may be due: what has not begun yet is not before a whole limit from now. */
  const watch = Effect.suspend(() => {
    const at = now()
    let rest = millis
    for (const it of running) {
      if (it.end > at) rest = Math.min(rest, it.end - at)
      else if (running.delete(it)) it.expire()
    }
    return Effect.sleep(rest)
  })
  yield* watch.pipe(
    // Whatever is wrong with one, the others are watched.
    Effect.catchCause((cause) => Effect.logError("the end of a time limit could not be told", cause)),
    Effect.forever,
    Effect.forkScoped
  )

  return {
    begin: (expire) => {
      const it = new Running(now() + millis, expire)
      running.add(it)
      return it
    },
    end: (it) => {
      running.delete(it)
    }
  }
})
