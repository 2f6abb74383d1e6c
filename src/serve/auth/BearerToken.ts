/** Whose bearer token it is: the kube-apiserver knows, and what it said is true for a while. */
import { Context, type Duration, Effect, Layer, Option, Schema } from "effect"
import { createHmac, randomBytes } from "node:crypto"
import type { Kube } from "../../kube/Kube.ts"
import * as MetricFamily from "../../MetricFamily.ts"
import * as Decisions from "./Decisions.ts"
import * as Review from "./Review.ts"
import * as User from "./User.ts"

export class BearerToken extends Context.Service<BearerToken, {
  /** Nobody's, where the kube-apiserver does not know it. */
  userOf(token: string): Effect.Effect<Option.Option<User.User>, Review.ReviewError>
}>()("metrics-server/serve/auth/BearerToken") {
  static layer({ timeToLive }: { readonly timeToLive: Duration.Duration }): Layer.Layer<BearerToken, never, Kube> {
    return Layer.effect(
      BearerToken,
      Effect.gen(function*() {
        const review = yield* Review.make(tokenReview)
        const users = yield* Decisions.make(
          (_digest) => Effect.flatMap(Secret, ({ take }) => Effect.map(review({ token: take() }), toUser)),
          { capacity: 4096, timeToLive: () => timeToLive }
        )
        const key = randomBytes(32)
        const digest = (token: string) => createHmac("sha256", key).update(token).digest("base64")
        const metrics = yield* cacheMetrics
        return BearerToken.of({
          userOf: (token) =>
            Effect.suspend(() => {
              const held = secret(token)
              return users(digest(token)).pipe(
                Effect.provideService(Secret, held),
                Effect.ensuring(Effect.sync(() => metrics[held.isTaken() ? "miss" : "hit"].update(1)))
              )
            })
        })
      })
    )
  }
}

/** The token that a request presents. None, where there is another scheme or nothing behind the word. */
export const presented = (authorization: string): Option.Option<string> => {
  const [scheme = "", token = ""] = authorization.trim().split(" ")
  return scheme.toLowerCase() === "bearer" && token !== "" ? Option.some(token) : Option.none()
}

/** A token on its way to its review. What is kept of the review would keep the token: so it is taken, once. */
class Secret extends Context.Service<Secret, { take(): string }>()("metrics-server/serve/auth/BearerToken/Secret") {}

const secret = (token: string) => {
  let held = token
  return {
    take: () => {
      const taken = held
      held = ""
      return taken
    },
    isTaken: () => held === ""
  }
}

const cacheMetrics = Effect.map(
  MetricFamily.counter<"status">(
    "authentication_token_cache_request_total",
    "Bearer tokens, by whether their user was known without a review"
  ),
  (family) => ({ hit: family.series({ status: "hit" }), miss: family.series({ status: "miss" }) })
)

const text = Schema.String.pipe(Schema.withDecodingDefaultKey(Effect.succeed("")))

const texts = Schema.Array(Schema.String)

const tokenReview = {
  kind: "TokenReview",
  about: "authn" as const,
  apiVersion: "authentication.k8s.io/v1",
  path: "/apis/authentication.k8s.io/v1/tokenreviews",
  status: Schema.Struct({
    authenticated: Schema.optionalKey(Schema.Boolean),
    user: Schema.optionalKey(Schema.Struct({
      username: text,
      uid: text,
      groups: Schema.optionalKey(Schema.NullOr(texts)),
      extra: Schema.optionalKey(Schema.NullOr(Schema.Record(Schema.String, texts)))
    }))
  })
}

const toUser = ({ authenticated, user }: typeof tokenReview.status.Type): Option.Option<User.User> =>
  authenticated === true && user !== undefined && user.username !== ""
    ? Option.some(User.make({
      name: user.username,
      uid: user.uid,
      groups: user.groups ?? [],
      extra: user.extra ?? {}
    }))
    : Option.none()
