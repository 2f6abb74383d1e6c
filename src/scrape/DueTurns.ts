/** A timetable that can be waited for: nothing happens at ticks that are nobody's. */
import { Effect, Latch } from "effect"
import * as Monotonic from "../Monotonic.ts"
import { Timetable } from "./Timetable.ts"

export interface DueTurns {
  /** The turn of a node begins at the last tick up to that moment, in monotonic time, or at the next one if that is over. */
  put(name: string, at: number): void
  delete(name: string): void
  /** When it begins; never where it has begun, or is not to. */
  at(name: string): number
  /** Waits for the next tick that somebody has, and takes those whose turn begins: none when one was put before them meanwhile. */
  readonly take: Effect.Effect<ReadonlyArray<string>>
}

/** With ticks of so many milliseconds. One at a time may take. */
export const make = Effect.fnUntraced(function*(tick: number) {
  const now = yield* Monotonic.reader
  const timetable = new Timetable(tick, now())
  /** When the next turns begin, as far as was known when the wait for them began. */
  let awaited = Infinity
  /** Opened when there are some before. */
  const earlier = yield* Latch.make()

  const next = Effect.suspend(() => {
    earlier.closeUnsafe()
    awaited = timetable.next
    const rest = awaited - now()
    if (rest <= 0) return Effect.void
    return awaited === Infinity ? earlier.await : Effect.raceFirst(Effect.sleep(rest), earlier.await)
  })

  const turns: DueTurns = {
    put: (name, at) => {
      timetable.put(name, at)
      if (at < awaited) earlier.openUnsafe()
    },
    delete: (name) => timetable.delete(name),
    at: (name) => timetable.at(name),
    take: Effect.map(next, () => timetable.take(now()))
  }
  return turns
})
