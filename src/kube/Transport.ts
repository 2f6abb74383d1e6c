/** The wire to the kube-apiserver: connections with the TLS material of an access, and what their failures mean. */
import Undici from "@effect/platform-node/Undici"
import { Equal } from "effect"
import { HttpClientError } from "effect/http"
import * as NetworkFailure from "../NetworkFailure.ts"
import * as Pem from "../Pem.ts"
import type { Access } from "./Credentials.ts"
import * as RenewedClient from "./RenewedClient.ts"

/** Whether connections made for one serve the other. */
const isSame = (one: Access, other: Access) =>
  one.server === other.server && one.proxy === other.proxy && Equal.equals(one.tls, other.tls)

const dispatcherFor = ({ proxy, tls }: Access) => {
  // Go's servers close idle connections after 90 s or more: be earlier, so that no request meets a closing one.
  const options = { allowH2: false, keepAliveTimeout: 60_000 }
  const secured = { ...tls, ...Pem.trust }
  return proxy === undefined
    ? new Undici.Agent({ ...options, connect: secured })
    : new Undici.ProxyAgent({ ...options, uri: proxy, requestTls: secured })
}

/** A client, and how it is told which access to use. */
export const make = RenewedClient.make(dispatcherFor, isSame)

/** The same error, saying what happened below HTTP and what to do about it. */
export const explain = (error: HttpClientError.HttpClientError, { server }: Access, source: string) => {
  if (error.reason._tag !== "TransportError") return error
  const { cause, request } = error.reason
  const { detail, reason } = NetworkFailure.explain(cause)
  const description = [`${server}: ${detail}`, ...advice(reason, source)].join("; ")
  return new HttpClientError.HttpClientError({
    reason: new HttpClientError.TransportError({ request, cause, description })
  })
}

/** What to do about it, where that is known; the source is where the way to the server is written down. */
export const advice = (reason: NetworkFailure.NetworkReason, source: string): ReadonlyArray<string> => {
  switch (reason) {
    case "tls_self_signed":
    case "tls_unknown_authority":
      return [
        `its certificate is not signed by the certificate-authority of ${source}: check that they belong together`
      ]
    case "tls_name_mismatch":
      return [`check the server of ${source}, or set tls-server-name to a name the certificate has`]
    case "tls_expired":
      return ["renew its certificate, and check the clocks of both sides"]
    case "name_not_resolved":
    case "connection_refused":
    case "unreachable":
    case "timeout":
    case "reset":
      return [`check that it runs, that this is its address (from ${source}), and that nothing on the way blocks it`]
    default:
      return []
  }
}
