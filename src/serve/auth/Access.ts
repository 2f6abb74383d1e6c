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
  /** In whose name the request is answered. Whom nobody can be asked about is not let in. */
  admit(
    request: HttpServerRequest.HttpServerRequest,
    info: RequestInfo
  ): Effect.Effect<User, Unauthorized | Forbidden | BadRequest | InternalError>
}>()("metrics-server/serve/auth/Access") {
  static readonly layer = Layer.effect(
    Access,
    Effect.gen(function*() {
      const authentication = yield* Authentication
      const authorization = yield* Authorization
      return Access.of({
        admit: Effect.fnUntraced(function*(request, info) {
          const headers = HeaderLines.of(request)
          const sender = yield* Effect.onError(authentication.userOf(request, headers), () => partFrom(request))
          if (sender === anonymous) yield* partFrom(request)
          const user = yield* Impersonation.resolve(authorization, sender, info, headers)
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
