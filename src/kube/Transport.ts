/** The wire to the kube-apiserver: a client with the TLS material of an access, and what its failures mean. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import Undici from "@effect/platform-node/Undici"
import { Effect, Equal, type Scope } from "effect"
import { type HttpClient, HttpClientError } from "effect/http"
import * as NetworkFailure from "../NetworkFailure.ts"
import type { Access } from "./Credentials.ts"

export interface Transport {
  readonly client: HttpClient.HttpClient
  /** What is under way goes on to its end; new requests belong on another transport. */
  readonly retire: Effect.Effect<void>
}

/** Connections are kept, and closed with the scope. */
export const open = Effect.fnUntraced(function*(access: Access): Effect.fn.Return<Transport, never, Scope.Scope> {
  const dispatcher = yield* Effect.acquireRelease(
    Effect.sync(() => dispatcherFor(access)),
    (dispatcher) => Effect.promise(() => dispatcher.destroy())
  )
  const client = yield* Effect.provideService(NodeHttpClient.makeUndici, NodeHttpClient.Dispatcher, dispatcher)
  return { client, retire: Effect.ignore(Effect.tryPromise(() => dispatcher.close())) }
})

/** Whether connections made for one serve the other. */
export const sameTransport = (a: Access, b: Access) =>
  a.server === b.server && a.proxy === b.proxy && Equal.equals(a.tls, b.tls)

const dispatcherFor = ({ proxy, tls }: Access) => {
  // Go's servers close idle connections after 90 s or more: be earlier, so that no request meets a closing one.
  const options = { allowH2: false, keepAliveTimeout: 60_000 }
  return proxy === undefined
    ? new Undici.Agent({ ...options, connect: tls })
    : new Undici.ProxyAgent({ ...options, uri: proxy, requestTls: tls })
}

/** The same error, saying what happened below HTTP and what to do about it. */
export const explain = (error: HttpClientError.HttpClientError, { server }: Access, source: string) => {
  if (error.reason._tag !== "TransportError") return error
  const { cause, request } = error.reason
  const { detail, reason } = NetworkFailure.explain(cause)
  const description = `${server}: ${detail}${advice(reason, source)}`
  return new HttpClientError.HttpClientError({
    reason: new HttpClientError.TransportError({ request, cause, description })
  })
}

const advice = (reason: NetworkFailure.NetworkReason, source: string) => {
  switch (reason) {
    case "tls_self_signed":
    case "tls_unknown_authority":
      return `; its certificate is not signed by the certificate-authority of ${source}: check that they belong together`
    case "tls_name_mismatch":
      return `; check the server of ${source}, or set tls-server-name to a name the certificate has`
    case "tls_expired":
      return "; renew its certificate, and check the clocks of both sides"
    case "name_not_resolved":
    case "connection_refused":
    case "unreachable":
    case "timeout":
    case "reset":
      return `; check that it runs, that this is its address (from ${source}), and that nothing on the way blocks it`
    default:
      return ""
  }
}
