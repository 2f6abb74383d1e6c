/** Listens: HTTP/2 over TLS, with HTTP/1.1 for those who do not speak it. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Duration, Effect, Function, Layer, Schema } from "effect"
import { HttpServer } from "effect/http"
import { createSecureServer } from "node:http2"
import { createServer } from "node:https"
import { createSecureContext, type TlsOptions } from "node:tls"
import * as CertificateExpiry from "../CertificateExpiry.ts"
import * as MetricFamily from "../MetricFamily.ts"
import type { Pair } from "../Pem.ts"
import * as ConnectionLimits from "./ConnectionLimits.ts"
import * as Farewell from "./Farewell.ts"
import { Http2Response } from "./Http2Response.ts"
import * as Patience from "./Patience.ts"
import * as ServingCertificate from "./ServingCertificate.ts"
import * as TlsSettings from "./TlsSettings.ts"
import * as Unreadable from "./Unreadable.ts"

/** The address and port cannot be listened on. */
export class ListenError extends Schema.TaggedError<ListenError>()("ListenError", {
  address: Schema.String,
  port: Schema.Int,
  code: Schema.String
}) {
  override get message() {
    return `cannot listen on ${this.address} port ${this.port}: ${explain(this.code, this.port)}`
  }
}

export interface Options {
  readonly bindAddress: string
  /** 0: any free one. */
  readonly port: number
  readonly certificate: ServingCertificate.Options
  readonly protocols: TlsSettings.Protocols
  readonly limits: ConnectionLimits.ConnectionLimits
  /** Whether other processes may listen on the same address and port. */
  readonly permitPortSharing?: boolean
  /** How long running requests may take to finish when the server stops. */
  readonly grace?: Duration.Duration
}

const handshakeErrors = MetricFamily.counter(
  "apiserver_tls_handshake_errors_total",
  "Connections of clients that ended before TLS was agreed on"
)

export const layer = (options: Options) => Layer.effect(HttpServer.HttpServer, make(options))

const make = Effect.fnUntraced(function*(options: Options) {
  const tls = TlsSettings.contextOf(options.protocols)
  const expiry = yield* CertificateExpiry.of("serving")
  // Called when the pair is replaced, seconds later: there is a server then. Connections that stand keep what they began with.
  const { forName, pair } = yield* ServingCertificate.follow(
    options.certificate,
    ({ cert, key }) => {
      server.setSecureContext({ cert, key, ...tls })
      expiry(cert)
    }
  )
  expiry(pair.cert)
  const contextOf = Function.memoize(({ cert, key }: Pair) => createSecureContext({ cert, key, ...tls }))
  const server = createServerOf(options.protocols, options.limits, {
    cert: pair.cert,
    key: pair.key,
    ...tls,
    SNICallback: (name, callback) => {
      const named = forName(name)
      callback(null, named && contextOf(named))
    },
    // Whoever has a certificate shows it. What it is worth is decided with the request, which may come by other means.
    requestCert: true,
    rejectUnauthorized: false
  })
  const failedHandshakes = (yield* handshakeErrors).series({})
  server.on("tlsClientError", () => failedHandshakes.update(1))

  const { answers } = yield* Patience.watch(server, options.limits)
  Unreadable.listen(server, answers)
  const farewell = Farewell.watch(server, answers)

  const listening = yield* NodeHttpServer.make(() => server, {
    ...hostOf(options.bindAddress),
    port: options.port,
    reusePort: options.permitPortSharing ?? false,
    gracefulShutdownTimeout: options.grace ?? Duration.seconds(20)
  }).pipe(
    Effect.mapError(({ cause }) =>
      new ListenError({ address: options.bindAddress, port: options.port, code: codeOf(cause) })
    )
  )
  // After the time of grace whoever still holds a connection loses it; else the server would never be closed.
  yield* Effect.addFinalizer(() => farewell.endAll)
  return yield* farewell.around(listening)
})

/**
 * What Node.js is told to listen on. To the original an unspecified address is all addresses of both families, whichever it is
 * (`favoriteAddrFamily` in Go's package net). Node.js takes 0.0.0.0 for those of IPv4, and listens as Go does when it is told none.
 */
export const hostOf = (bindAddress: string) => /^[0:.]+$/.test(bindAddress) ? {} : { host: bindAddress }

const createServerOf = (
  { disableHttp2Serving, http2MaxStreamsPerConnection }: TlsSettings.Protocols,
  limits: ConnectionLimits.ConnectionLimits,
  tls: TlsOptions
) => {
  // As many streams as the original's: one client must not have more in flight than that.
  const { handshakeTimeout, http1, http2 } = ConnectionLimits.forNode(limits, http2MaxStreamsPerConnection || 100)
  const settings = { ...tls, ...http1, handshakeTimeout }
  const server = disableHttp2Serving
    ? createServer(settings)
    : createSecureServer({ ...settings, ...http2, allowHTTP1: true, Http2ServerResponse: Http2Response })
  // Of more headers than it counts Node.js would leave out the last ones: they are limited by their size.
  // Nothing is served that goes on in another protocol: a request that asks for one is a request like any other.
  return Object.assign(server, { maxHeadersCount: 0, shouldUpgradeCallback: () => false })
}

const codeOf = (cause: unknown) =>
  typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : String(cause)

const explain = (code: string, port: number) => {
  switch (code) {
    case "EADDRINUSE":
      return port === 10250
        ? "it is in use; 10250 is the kubelet's own port on a node, so with hostNetwork choose another --secure-port"
        : "it is in use; choose another --secure-port or stop the other program"
    case "EACCES":
      return port < 1024
        ? "ports below 1024 are reserved to privileged programs; choose a higher --secure-port, such as 10250"
        : "not permitted; choose another --secure-port"
    case "EADDRNOTAVAIL":
      return "this machine does not have the address; check --bind-address"
    default:
      return `${code}; check --bind-address and --secure-port`
  }
}
