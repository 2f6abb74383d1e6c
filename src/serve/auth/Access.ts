/** Lets requests in: who sends them, in whose name, and whether that user may. */
import { Context, Effect, Layer } from "effect"
import type { HttpServerRequest } from "effect/http"
import { type BadRequest, type Forbidden, InternalError, type Unauthorized } from "../ApiError.ts"
import * as AtOnce from "../AtOnce.ts"
import { partFrom } from "../Connection.ts"
import * as RequestInfo from "../RequestInfo.ts"
import * as AccessMetrics from "./AccessMetrics.ts"
import { Authentication } from "./Authentication.ts"
import { Authorization } from "./Authorization.ts"
import * as HeaderLines from "./HeaderLines.ts"
import * as Impersonation from "./Impersonation.ts"
import { anonymous, type User } from "./User.ts"

export class Access extends Context.Service<Access, {
  /** Who sends the request. */
  authenticate(request: HttpServerRequest.HttpServerRequest): Effect.Effect<User, Unauthorized>
  /** In whose name it is answered. Whom nobody can be asked about is not let in. */
  authorize(
    request: HttpServerRequest.HttpServerRequest,
    sender: User,
    info: RequestInfo.RequestInfo
  ): Effect.Effect<User, Forbidden | BadRequest | InternalError>
  /** Whether somebody who is let in may also get another path. Of whom nobody knows it is not asked. */
  mayGet(user: User, path: string): Effect.Effect<boolean>
}>()("metrics-server/serve/auth/Access") {
  static readonly layer = Layer.effect(
    Access,
    Effect.gen(function*() {
      const authentication = yield* Authentication
      const authorization = yield* Authorization
      const measured = yield* AccessMetrics.make
      return Access.of({
        authenticate: (request) =>
          measured.authentication(() => authentication.userOf(request, HeaderLines.of(request))).pipe(
            AtOnce.unlessDone(Effect.onError(() => partFrom(request))),
            // HTTP/2 makes it cheap to ask much at once, and whom we do not know shall not have it for long (CVE-2023-44487).
            Effect.flatMapEager((user) =>
              user === anonymous ? Effect.as(partFrom(request), user) : Effect.succeed(user)
            )
          ),
        authorize: (request, sender, info) =>
          Impersonation.resolve(authorization, sender, info, HeaderLines.of(request)).pipe(
            Effect.flatMapEager((user) =>
              Effect.mapEager(measured.authorization(() => authorization.authorize(user, info)), () => user)
            ),
            AtOnce.unlessDone(Effect.catchTag("ReviewError", () => Effect.fail(new InternalError())))
          ),
        mayGet: (user, path) =>
          user.name === anonymous.name
            ? Effect.succeed(false)
            : Effect.isSuccess(authorization.authorize(user, RequestInfo.parse("GET", path, new URLSearchParams())))
      })
    })
  )
}
