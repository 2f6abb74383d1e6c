/** How many requests may be under way at once, and how long one may take. */
import { Duration, Effect } from "effect"
import { Timeout, TooManyRequests } from "./ApiError.ts"
import { privileged } from "./auth/Authorization.ts"
import type { User } from "./auth/User.ts"

export interface Options {
  /** 0: any number. */
  readonly maxRequestsInflight: number
  readonly requestTimeout: Duration.Duration
}

export interface Limits {
  /** Counts a request, from its first step to its answer or to the end of its time. */
  within<A, E, R>(request: Effect.Effect<A, E, R>): Effect.Effect<A, E | Timeout, R>
  /** Refuses a request that is one too many. */
  check(user: User, path: string): Effect.Effect<void, TooManyRequests>
}

export const make = ({ maxRequestsInflight, requestTimeout }: Options): Limits => {
  let inflight = 0
  return {
    within: (request) =>
      Effect.suspend(() => {
        inflight++
        return request.pipe(
          Effect.timeoutOrElse({ duration: requestTimeout, orElse: () => Effect.fail(new Timeout()) }),
          Effect.ensuring(Effect.sync(() => inflight--))
        )
      }),
    check: (user, path) =>
      Effect.suspend(() =>
        maxRequestsInflight === 0 || inflight <= maxRequestsInflight || isAlwaysAnswered(user, path)
          ? Effect.void
          : Effect.fail(new TooManyRequests())
      )
  }
}

export const defaults: Options = { maxRequestsInflight: 400, requestTimeout: Duration.minutes(1) }

/** The privileged, as by the original, and probes: whoever restarts us must not be misled by a crowd. */
const isAlwaysAnswered = ({ groups }: User, path: string) =>
  groups.includes(privileged) || /^\/(livez|readyz|healthz)(\/|$)/.test(path)
