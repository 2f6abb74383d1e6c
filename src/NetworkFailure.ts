/** Why a request had no answer: what Node.js, OpenSSL and undici say, as a reason from a closed set and a clause. */
import { Predicate } from "effect"

export type NetworkReason =
  | "name_not_resolved"
  | "connection_refused"
  | "unreachable"
  | "timeout"
  | "reset"
  | "tls_unknown_authority"
  | "tls_self_signed"
  | "tls_name_mismatch"
  | "tls_expired"
  | "tls_other"
  | "not_http"
  | "other"

export const explain = (cause: unknown): { readonly reason: NetworkReason; readonly detail: string } => {
  const error = rootCause(cause)
  return { reason: byCode[error.code] ?? byPrefix(error.code), detail: describe(error) }
}

const byCode: Readonly<Record<string, NetworkReason>> = {
  ENOTFOUND: "name_not_resolved",
  EAI_AGAIN: "name_not_resolved",
  ECONNREFUSED: "connection_refused",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  EHOSTDOWN: "unreachable",
  ETIMEDOUT: "timeout",
  UND_ERR_CONNECT_TIMEOUT: "timeout",
  ECONNRESET: "reset",
  EPIPE: "reset",
  UND_ERR_SOCKET: "reset",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "reset",
  DEPTH_ZERO_SELF_SIGNED_CERT: "tls_self_signed",
  SELF_SIGNED_CERT_IN_CHAIN: "tls_self_signed",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "tls_unknown_authority",
  UNABLE_TO_GET_ISSUER_CERT: "tls_unknown_authority",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "tls_unknown_authority",
  CERT_SIGNATURE_FAILURE: "tls_unknown_authority",
  CERT_UNTRUSTED: "tls_unknown_authority",
  ERR_TLS_CERT_ALTNAME_INVALID: "tls_name_mismatch",
  CERT_HAS_EXPIRED: "tls_expired",
  CERT_NOT_YET_VALID: "tls_expired",
  HOSTNAME_MISMATCH: "tls_name_mismatch",
  INVALID_PURPOSE: "tls_other",
  INVALID_CA: "tls_other",
  PATH_LENGTH_EXCEEDED: "tls_other",
  UNSPECIFIED: "tls_other"
}

/** Of the hundreds of other codes of OpenSSL and the HTTP parser, the prefix tells. */
const byPrefix = (code: string): NetworkReason => {
  if (/^(ERR_SSL|ERR_TLS|EPROTO|CERT_)/.test(code)) return "tls_other"
  if (code.startsWith("ERR_HTTP2_")) return "reset"
  return code.startsWith("HPE_") ? "not_http" : "other"
}

const describe = ({ code, message, names }: RootCause) => {
  if (code !== "ERR_TLS_CERT_ALTNAME_INVALID") return message.replace(nodeAdvice, "") || code || "unknown error"
  return names
    ? `its certificate is for ${names}`
    : "its certificate names no address at all (no subject alternative names)"
}

/** Nobody who runs this server starts Node.js by hand. */
const nodeAdvice = "; if the root CA is installed locally, try running Node.js with --use-system-ca"

interface RootCause {
  readonly code: string
  readonly message: string
  /** On a name mismatch: the subject alternative names of the certificate that was presented. */
  readonly names?: string
}

/** The innermost error with a code, else the innermost: the client's wraps the connection's, which wraps the socket's. */
const rootCause = (cause: unknown): RootCause => {
  let found: RootCause = { code: "", message: String(cause) }
  for (let error = cause; Predicate.isObject(error); error = error["cause"]) {
    const code = Predicate.isString(error["code"]) ? error["code"] : ""
    if (code === "" && found.code !== "") continue
    const message = Predicate.isString(error["message"]) ? error["message"] : found.message
    const certificate = error["cert"]
    const names = Predicate.isObject(certificate) ? certificate["subjectaltname"] : undefined
    found = { code, message, ...Predicate.isString(names) && { names } }
  }
  return found
}
