/** Users who want to act as somebody else: whom their Impersonate headers name, and whether they may. */
import { Effect, Option, Result } from "effect"
import { BadRequest, type Forbidden } from "../ApiError.ts"
import type { RequestInfo } from "../RequestInfo.ts"
import { type Authorization, forbid } from "./Authorization.ts"
import * as HeaderLines from "./HeaderLines.ts"
import { legacy, narrow, type Plan } from "./ImpersonationMode.ts"
import type { ReviewError } from "./Review.ts"
import * as User from "./User.ts"

/** In whose name the request goes on: the user's own, where no headers ask for another. */
export const resolve = (
  authorization: Authorization["Service"],
  user: User.User,
  info: RequestInfo,
  headers: HeaderLines.HeaderLines
): Effect.Effect<User.User, BadRequest | Forbidden | ReviewError> => {
  const wanted = wantedBy(headers)
  if (Result.isFailure(wanted)) return wanted.failure
  return Option.isNone(wanted.success) ? Effect.succeed(user) : become(wanted.success.value, authorization, user, info)
}

const become = Effect.fnUntraced(function*(
  wanted: User.User,
  authorization: Authorization["Service"],
  user: User.User,
  info: RequestInfo
) {
  // One way is enough; where none is, the first refusal is the one that is told.
  let refusal: Forbidden | undefined
  for (const mode of narrow) {
    const plan = mode(wanted, user, info)
    if (plan === undefined) continue
    const outcome = yield* Effect.result(attempt(authorization, plan))
    if (Result.isSuccess(outcome)) return outcome.success
    if (outcome.failure._tag === "ReviewError") return yield* outcome.failure
    refusal ??= outcome.failure
  }
  return yield* Effect.catchTag(
    attempt(authorization, legacy(wanted, user)),
    "Forbidden",
    (last) => Effect.fail(refusal ?? last)
  )
})

/** Whom the headers ask for, as they say it. */
export const wantedBy = (headers: HeaderLines.HeaderLines): Result.Result<Option.Option<User.User>, BadRequest> => {
  if (!HeaderLines.anyBehind(headers, "impersonate-")) return nobody
  const lines = HeaderLines.inUtf8(HeaderLines.beginningWith(headers, "impersonate-"))
  if (Option.isNone(lines)) return Result.fail(new BadRequest({ problem: "whom to impersonate is not said in UTF-8" }))
  const wanted = User.make({
    name: HeaderLines.first(lines.value, "impersonate-user"),
    uid: HeaderLines.first(lines.value, "impersonate-uid"),
    groups: HeaderLines.all(lines.value, "impersonate-group"),
    extra: HeaderLines.behind(lines.value, ["impersonate-extra-"])
  })
  if (wanted.name !== "") return Result.succeed(Option.some(wanted))
  return User.isOnlyNamed(wanted)
    ? nobody
    : Result.fail(new BadRequest({ problem: "requested a uid, groups or extra without impersonating a user name" }))
}

const nobody = Result.succeed(Option.none())

const attempt = (authorization: Authorization["Service"], { asker, questions, user }: Plan) =>
  Effect.forEach(
    questions,
    ({ info, refusal }) =>
      refusal === undefined ? authorization.authorize(asker, info) : Effect.fail(forbid(asker, info, refusal)),
    {
      discard: true
    }
  ).pipe(Effect.as(user))
