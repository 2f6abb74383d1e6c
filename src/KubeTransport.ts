/** The wire to the kube-apiserver: a client with the TLS material of an access, and what its failures mean. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import Undici from "@effect/platform-node/Undici"
import { Effect, Equal, Predicate, type Scope } from "effect"
import { type HttpClient, HttpClientError } from "effect/http"
import type { Access } from "./KubeCredentials.ts"

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
  const { reason } = error
  if (reason._tag !== "TransportError") return error
  const { code, message } = rootCause(reason.cause)
  const description = `${server}: ${message || code}${advice(code, source)}`
  return new HttpClientError.HttpClientError({
    reason: new HttpClientError.TransportError({ request: reason.request, cause: reason.cause, description })
  })
}

const advice = (code: string, source: string) => {
  if (/SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|CERT_SIGNATURE|CERT_UNTRUSTED/.test(code)) {
    return `; its certificate is not signed by the certificate-authority of ${source}: check that they belong together`
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return `; check the server of ${source}, or set tls-server-name to a name the certificate has`
  }
  if (/^CERT_(HAS_EXPIRED|NOT_YET_VALID)/.test(code)) {
    return "; renew its certificate, and check the clocks of both sides"
  }
  if (/^(ECONN|ENOTFOUND|EAI_|EHOST|ENET|ETIMEDOUT|UND_ERR_CONNECT)/.test(code)) {
    return `; check that it runs, that this is its address (from ${source}), and that nothing on the way blocks it`
  }
  return ""
}

/** The innermost error: the client's wraps the connection's, which wraps the socket's. */
const rootCause = (cause: unknown): { readonly code: string; readonly message: string } => {
  if (!Predicate.isObject(cause)) return { code: "", message: String(cause) }
  if (Predicate.hasProperty(cause, "cause") && Predicate.isObject(cause.cause)) return rootCause(cause.cause)
  return {
    code: "code" in cause ? String(cause.code) : "",
    message: "message" in cause ? String(cause.message) : String(cause)
  }
}
