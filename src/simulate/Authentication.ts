/** Who sends a request: a client certificate or a bearer token says so. */
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { Context, Option } from "effect"
import type { HttpServerRequest } from "effect/http"
import type { TLSSocket } from "node:tls"
import type { UserInfo } from "./Attributes.ts"
import { userOfToken } from "./Identities.ts"

/** The user a verified client certificate names. Without sockets there are no certificates. */
export const PeerCertificate = Context.Reference<
  (request: HttpServerRequest.HttpServerRequest) => Option.Option<UserInfo>
>("metrics-server/simulate/PeerCertificate", { defaultValue: () => () => Option.none() })

/** For requests that came over a TLS socket which asked for a certificate. */
export const fromSocket = (request: HttpServerRequest.HttpServerRequest): Option.Option<UserInfo> => {
  const socket = NodeHttpServerRequest.toIncomingMessage(request).socket as TLSSocket
  if (!socket.authorized) return Option.none()
  const { CN, O } = socket.getPeerCertificate().subject as { readonly CN: string; readonly O?: string | Array<string> }
  return Option.some({ username: CN, groups: [...(O === undefined ? [] : [O].flat()), "system:authenticated"] })
}

export type Authentication =
  | { readonly _tag: "Known"; readonly user: UserInfo }
  | { readonly _tag: "Anonymous" }
  | { readonly _tag: "Rejected" }

/** A certificate comes first; an empty or absent token is anonymous, a token nobody has is not. */
export const authenticate = (
  request: HttpServerRequest.HttpServerRequest,
  peerCertificate: Option.Option<UserInfo>
): Authentication => {
  if (Option.isSome(peerCertificate)) return { _tag: "Known", user: peerCertificate.value }
  const token = /^bearer +(.+)$/i.exec(request.headers["authorization"] ?? "")?.[1]
  if (token === undefined) return { _tag: "Anonymous" }
  const user = userOfToken(token)
  return user === undefined ? { _tag: "Rejected" } : { _tag: "Known", user }
}
