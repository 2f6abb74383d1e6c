/** HTTP without sockets: the simulated servers as an HTTP client, for tests that own the clock. */
import { Effect, Option } from "effect"
import { HttpClient, HttpClientError, type HttpClientRequest, HttpServerRequest, HttpServerResponse } from "effect/http"
import type { Fault, WrongCertificate } from "./Fault.ts"
import type { KubeletFleet } from "./KubeletFleet.ts"
import type { ConnectionBroken } from "./SimulatedKubelet.ts"

/** What a server does with a request; failing, it leaves the client with a broken connection. */
type App = Effect.Effect<HttpServerResponse.HttpServerResponse, ConnectionBroken, HttpServerRequest.HttpServerRequest>

/** A client that knows one server. */
export const fromApp = (app: App) => HttpClient.make((request) => ask(app, request))

/** A client that reaches every kubelet of a fleet at its port. */
export const fromFleet = (fleet: typeof KubeletFleet.Service) =>
  HttpClient.make((request, url) => {
    const kubelet = fleet.at(Number(url.port))
    if (Option.isNone(kubelet)) return Effect.fail(failed(request, "ECONNREFUSED"))
    const code = Option.flatMap(kubelet.value.fault(), connectionError)
    return Option.isSome(code) ? Effect.fail(failed(request, code.value)) : ask(kubelet.value.respond, request)
  })

const ask = (app: App, request: HttpClientRequest.HttpClientRequest) =>
  app.pipe(
    Effect.provideService(HttpServerRequest.HttpServerRequest, HttpServerRequest.fromClientRequest(request)),
    Effect.map((response) => HttpServerResponse.toClientResponse(response, { request })),
    Effect.mapError(() => failed(request, "ECONNRESET"))
  )

/** The error that Node reports when the connection cannot be made. */
const connectionError = (fault: Fault): Option.Option<string> =>
  fault._tag === "Refuse"
    ? Option.some("ECONNREFUSED")
    : fault._tag === "Certificate"
    ? Option.some(certificateErrors[fault.kind])
    : Option.none()

const certificateErrors: Readonly<Record<WrongCertificate, string>> = {
  OtherAuthority: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  SelfSigned: "SELF_SIGNED_CERT_IN_CHAIN",
  Expired: "CERT_HAS_EXPIRED",
  WrongName: "ERR_TLS_CERT_ALTNAME_INVALID"
}

const failed = (request: HttpClientRequest.HttpClientRequest, code: string) =>
  new HttpClientError.HttpClientError({
    reason: new HttpClientError.TransportError({ request, cause: Object.assign(new Error(code), { code }) })
  })
