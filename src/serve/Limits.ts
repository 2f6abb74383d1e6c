/** How many requests may be under way at once, how long one may take, and that no new ones begin when the server stops. */
import { Deferred, Duration, Effect, Exit } from "effect"
import { Timeout, TooManyRequests } from "./ApiError.ts"
import * as AtOnce from "./AtOnce.ts"
import { privileged } from "./auth/Authorization.ts"
import type { User } from "./auth/User.ts"

export interface Options {
  /** 0: any number. */
  readonly maxRequestsInflight: number
  readonly requestTimeout: Duration.Duration
}

export interface Limits {
  /** Begins a request and counts it, from now to its answer or to the end of its time. */
  within<A, E, R>(begin: () => Effect.Effect<A, E, R>): Effect.Effect<A, E | Timeout, R>
  /** Refuses a request that is one too many. */
  check(user: User, path: string): Effect.Effect<void, TooManyRequests>
  /** How many are under way. */
  inflight(): number
  /** From now on requests are told to come again, but for probes and for who reads metrics; done when none is under way. */
  readonly drain: Effect.Effect<void>
  isDraining(path: string): boolean
}

export const make = ({ maxRequestsInflight, requestTimeout }: Options): Limits => {
  const drained = Deferred.makeUnsafe<void>()
  let inflight = 0
  let draining = false
  const end = () => {
    if (--inflight === 0 && draining) Deferred.doneUnsafe(drained, Exit.void)
  }
  return {
    within: (begin) => {
      inflight++
      const request = begin()
      if (AtOnce.isDone(request)) {
        end()
        return request
      }
      return request.pipe(
        Effect.timeoutOrElse({ duration: requestTimeout, orElse: () => Effect.fail(new Timeout()) }),
        Effect.ensuring(Effect.sync(end))
      )
    },
    check: (user, path) =>
      maxRequestsInflight === 0 || inflight <= maxRequestsInflight || isAlwaysAnswered(user, path)
        ? Effect.void
        : Effect.fail(new TooManyRequests()),
    inflight: () => inflight,
    drain: Effect.suspend(() => {
      draining = true
      return inflight === 0 ? Effect.void : Deferred.await(drained)
    }),
    isDraining: (path) => draining && !isProbe(path) && !/^\/metrics(\/|$)/.test(path)
  }
}

export const defaults: Options = { maxRequestsInflight: 400, requestTimeout: Duration.minutes(1) }

/** The privileged, as by the original, and probes: whoever restarts us must not be misled by a crowd. */
const isAlwaysAnswered = ({ groups }: User, path: string) => groups.includes(privileged) || isProbe(path)

const isProbe = (path: string) => /^\/(livez|readyz|healthz)(\/|$)/.test(path)
