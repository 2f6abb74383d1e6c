/** The turns of nodes that are under way, one of each at most: what a `FiberMap` is, but for what outlives its end there. */
import { Effect, Fiber } from "effect"

/**
 * All of them end with the scope. A node keeps its place between two turns: where places come and go, V8 holds on to turns that are
 * over (`UnderWay.ts` says why).
 */
export const make = Effect.gen(function*() {
  const fibers = new Map<string, Fiber.Fiber<void> | undefined>()
  yield* Effect.addFinalizer(() =>
    Fiber.interruptAll(Array.from(fibers.values()).filter((fiber) => fiber !== undefined))
  )

  const over = (name: string, fiber: Fiber.Fiber<void>) => {
    if (fibers.get(name) === fiber) fibers.set(name, undefined)
  }

  return {
    /** Begins at once; the one before it is interrupted. */
    run: (name: string, turn: Effect.Effect<void>): Effect.Effect<void> =>
      Effect.map(Effect.forkDetach(turn, { startImmediately: true }), (fiber) => {
        fibers.get(name)?.interruptUnsafe()
        fibers.set(name, fiber)
        fiber.addObserver(() => over(name, fiber))
      }),
    /** For good. Done when it has ended. */
    end: (name: string): Effect.Effect<void> =>
      Effect.suspend(() => {
        const fiber = fibers.get(name)
        fibers.delete(name)
        return fiber === undefined ? Effect.void : Fiber.interrupt(fiber)
      })
  }
})
