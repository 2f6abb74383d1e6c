/**
 * Effects that have succeeded when they are made. Most answers are there at once: what is written with `Effect.fnUntracedEager`
 * and its like makes them without a turn of the fiber, and nothing that is meant for those that wait is put around them.
 */
import { type Effect, Exit } from "effect"

export const isDone = <A, E, R>(effect: Effect.Effect<A, E, R>): effect is Exit.Success<A> =>
  Exit.isExit(effect) && Exit.isSuccess(effect)

/** What is done stays as it is. */
export const unlessDone =
  <A, E, R, A2, E2, R2>(guard: (effect: Effect.Effect<A, E, R>) => Effect.Effect<A2, E2, R2>) =>
  (effect: Effect.Effect<A, E, R>): Effect.Effect<A | A2, E2, R2> => isDone(effect) ? effect : guard(effect)
