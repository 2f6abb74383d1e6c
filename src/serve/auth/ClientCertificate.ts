/** Client certificates: what was shown in the TLS handshake, and which user it names. */
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { Function, Option } from "effect"
import type { HttpServerRequest } from "effect/http"
import type { X509Certificate } from "node:crypto"
import type { Socket } from "node:net"
import type { TLSSocket } from "node:tls"
import * as MetricFamily from "../../MetricFamily.ts"
import * as X509 from "../../X509.ts"
import { longest } from "./CertificateAuthority.ts"
import * as User from "./User.ts"

/** The client's own certificate first, then those it sent along; empty when it sent none, or there is no socket. */
export type Chain = ReadonlyArray<X509Certificate>

export const presented = (request: HttpServerRequest.HttpServerRequest): Chain => {
  const message = NodeHttpServerRequest.toIncomingMessage(request)
  const socket: Socket | TLSSocket | undefined = message.socket
  if (socket === undefined || !("getPeerX509Certificate" in socket)) return []
  // Requests over HTTP/2 share a connection, and each has a socket of its own that stands for it.
  const connection: WeakKey = "stream" in message ? message.stream.session ?? message.stream : message.socket
  const known = chains.get(connection)
  if (known !== undefined) return known
  const chain = [...X509.upwards(socket.getPeerX509Certificate(), longest)]
  chains.set(connection, chain)
  return chain
}

/** Read once: what a connection began with is what it stays with. */
const chains = new WeakMap<WeakKey, Chain>()

export const validity = MetricFamily.histogram(
  "apiserver_client_certificate_expiration_seconds",
  "How long the certificates of clients that are believed will still be valid",
  [0, 1800, 3600, 7200, 21600, 43200, 86400, 172800, 345600, 604800, 2592000, 7776000, 15552000, 31104000]
)

export const secondsLeft = ([own]: Chain, now: number) => own === undefined ? 0 : (expiry(own) - now) / 1000

const expiry = Function.memoize((certificate: X509Certificate) => certificate.validToDate.getTime())

/** The common name is the user, the organizations are the groups; nobody when there is no common name. */
export const userOf = Function.memoize((certificate: X509Certificate): Option.Option<User.User> =>
  Option.map(commonName(certificate), (name) =>
    User.make({
      name,
      uid: attributes(certificate, uidAttribute).at(-1) ?? "",
      groups: attributes(certificate, "O"),
      extra: { [credentialId]: [`X509SHA256=${certificate.fingerprint256.replaceAll(":", "").toLowerCase()}`] }
    }))
)

/** Of several the last one counts, as in Go. */
export const commonName = Function.memoize((certificate: X509Certificate): Option.Option<string> =>
  Option.filter(Option.fromUndefinedOr(attributes(certificate, "CN").at(-1)), (name) => name !== "")
)

/** Kubernetes' own (k8s.io/apiserver/pkg/authentication). */
const uidAttribute = "1.3.6.1.4.1.57683.2"
const credentialId = "authentication.kubernetes.io/credential-id"

const attributes = (certificate: X509Certificate, type: string): ReadonlyArray<string> =>
  [subjectOf(certificate)[type] ?? []].flat()

type Subject = Readonly<Record<string, string | ReadonlyArray<string> | undefined>>

/** From the object, because the text form of a subject escapes what names may contain. Making it costs: ask once. */
const subjectOf = Function.memoize((certificate: X509Certificate): Subject => certificate.toLegacyObject().subject)
