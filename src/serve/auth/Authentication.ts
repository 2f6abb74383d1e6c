/** Who sends a request: the first of certificate, front proxy and token that is believed says so. */
import { Clock, Context, Effect, Layer, Option, Result } from "effect"
import type { HttpServerRequest } from "effect/http"
import { Unauthorized } from "../ApiError.ts"
import { AuthenticationConfig, type Config } from "./AuthenticationConfig.ts"
import * as BearerToken from "./BearerToken.ts"
import * as ClientCertificate from "./ClientCertificate.ts"
import * as Complaints from "./Complaints.ts"
import * as HeaderLines from "./HeaderLines.ts"
import * as RequestHeader from "./RequestHeader.ts"
import * as User from "./User.ts"

/** What one way to authenticate says: a user, nothing, or that it was tried in vain. */
type Opinion = Result.Result<Option.Option<User.User>, string>

export class Authentication extends Context.Service<Authentication, {
  /** Anonymous is who shows nothing. Who shows something and is not believed is not let through as that. */
  userOf(
    request: HttpServerRequest.HttpServerRequest,
    headers: HeaderLines.HeaderLines
  ): Effect.Effect<User.User, Unauthorized>
}>()("metrics-server/serve/auth/Authentication") {
  static readonly layer = Layer.effect(
    Authentication,
    Effect.gen(function*() {
      const config = yield* AuthenticationConfig
      const clock = yield* Clock.Clock
      const tokens = yield* BearerToken.BearerToken
      const validity = (yield* ClientCertificate.validity).series({})
      const isToBeLogged = yield* Complaints.make

      const byToken = (token: string): Effect.Effect<Opinion> =>
        Effect.match(tokens.userOf(token), {
          onSuccess: (user) => Option.isSome(user) ? Result.succeed(user) : Result.fail("the bearer token is unknown"),
          onFailure: ({ message }) => Result.fail(message)
        })

      const disbelieve = Effect.fnUntraced(function*(problems: ReadonlyArray<string>) {
        const message = `a request was not authenticated: ${problems.join("; ")}`
        if (isToBeLogged(message)) yield* Effect.logWarning(message)
        return yield* new Unauthorized()
      }, Effect.annotateLogs({ service: "Authentication" }))

      return Authentication.of({
        userOf: Effect.fnUntracedEager(function*(request, headers) {
          const chain = ClientCertificate.presented(request)
          const now = clock.currentTimeMillisUnsafe()
          const opinions = chain.length === 0
            ? []
            : byCertificate(yield* config.current(), chain, headers, now)
          const known = firstUser(opinions)
          if (Option.isSome(known)) {
            validity.update(ClientCertificate.secondsLeft(chain, now))
            return User.authenticated(known.value)
          }
          const token = BearerToken.presented(HeaderLines.first(headers, "authorization"))
          if (Option.isSome(token)) opinions.push(yield* byToken(token.value))

          const user = firstUser(opinions)
          if (Option.isSome(user)) return User.authenticated(user.value)
          const problems = opinions.filter(Result.isFailure).map(({ failure }) => failure)
          return problems.length > 0 ? yield* disbelieve(problems) : User.anonymous
        })
      })
    })
  )
}

/** As the front proxy and the client authority see it, in this order: whom the one knows the other is not asked about. */
const byCertificate = (
  { clientAuthority, complete, requestHeader }: Config,
  chain: ClientCertificate.Chain,
  headers: HeaderLines.HeaderLines,
  now: number
): Array<Opinion> => {
  const opinions: Array<Opinion> = complete ? [] : [unknownYet]
  if (Option.isSome(requestHeader)) {
    const opinion = RequestHeader.authenticate(requestHeader.value, chain, headers, now)
    opinions.push(Result.mapError(opinion, (problem) => `as a front proxy: ${problem}`))
    if (Option.isSome(userIn(opinion))) return opinions
  }
  if (Option.isSome(clientAuthority)) {
    opinions.push(Result.mapBoth(clientAuthority.value.verify(chain, now), {
      onSuccess: () => Option.flatMap(Option.fromUndefinedOr(chain[0]), ClientCertificate.userOf),
      onFailure: (problem) => `as a client: ${problem}`
    }))
  }
  return opinions
}

const unknownYet: Opinion = Result.fail("it is not known yet which authorities sign certificates of clients")

const userIn = (opinion: Opinion) => Option.flatten(Result.getSuccess(opinion))

const firstUser = (opinions: ReadonlyArray<Opinion>): Option.Option<User.User> =>
  Option.firstSomeOf(opinions.map(userIn))
