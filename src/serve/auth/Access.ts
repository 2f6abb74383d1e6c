/** Lets requests in: who sends them, in whose name, and whether that user may. */
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { Context, Effect, Layer } from "effect"
import type { HttpServerRequest } from "effect/http"
import { type BadRequest, type Forbidden, InternalError, type Unauthorized } from "../ApiError.ts"
import type { RequestInfo } from "../RequestInfo.ts"
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
    info: RequestInfo
  ): Effect.Effect<User, Forbidden | BadRequest | InternalError>
}>()("metrics-server/serve/auth/Access") {
  static readonly layer = Layer.effect(
    Access,
    Effect.gen(function*() {
      const authentication = yield* Authentication
      const authorization = yield* Authorization
      return Access.of({
        authenticate: Effect.fnUntraced(function*(request) {
          const user = yield* Effect.onError(
            authentication.userOf(request, HeaderLines.of(request)),
            () => partFrom(request)
          )
          if (user === anonymous) yield* partFrom(request)
          return user
        }),
        authorize: Effect.fnUntraced(function*(request, sender, info) {
          const user = yield* Impersonation.resolve(authorization, sender, info, HeaderLines.of(request))
          yield* authorization.authorize(user, info)
          return user
        }, Effect.catchTag("ReviewError", () => Effect.fail(new InternalError())))
      })
    })
  )
}

/**
 * What is under way is answered, and then the connection ends: HTTP/2 makes it cheap to ask much at once, and whom we do
 * not know shall not have it for long (CVE-2023-44487, CVE-2023-39325).
 */
const partFrom = (request: HttpServerRequest.HttpServerRequest) =>
  Effect.sync(() => {
    const message = NodeHttpServerRequest.toIncomingMessage(request)
    if ("stream" in message) message.stream.session?.close()
  })
