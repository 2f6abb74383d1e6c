/** Why a scrape failed: a reason from a closed set, with what the operator can do about it. */
import { Schema, Struct } from "effect"
import * as NetworkFailure from "../NetworkFailure.ts"

/** The closed set of reasons, and what to do about each. The reason is the label of the failure metric. */
export const advice = {
  no_address:
    "the node advertises no address of the preferred types: check its status.addresses and --kubelet-preferred-address-types",
  name_not_resolved:
    "the address does not resolve from here: prefer another type first, such as --kubelet-preferred-address-types=InternalIP",
  connection_refused: "nothing listens there: check that the kubelet runs, and --kubelet-port",
  unreachable: "no route to the node: check routes, firewalls and network policies between this pod and the node",
  timeout:
    "the kubelet is slow, or a firewall drops packets to its port: check both, or raise --kubelet-request-timeout",
  reset: "the kubelet or something in between closed the connection: see the kubelet's log",
  tls_unknown_authority:
    "the certificate is signed by an authority this server does not know: give it with --kubelet-certificate-authority",
  tls_self_signed:
    "the kubelet serves a self-signed certificate: enable serverTLSBootstrap and approve its CSR, or accept any certificate with --kubelet-insecure-tls",
  tls_name_mismatch:
    "the certificate is not for this address: issue one that names it, or prefer an address type that it does name",
  tls_expired: "the certificate is outside its validity: renew it, and check the clocks of both sides",
  tls_other:
    "the TLS handshake failed: check that the port is the kubelet's HTTPS port, its TLS versions and ciphers, and that its certificate is one for servers",
  unauthorized:
    "the kubelet does not accept our credentials: enable its webhook authentication, or check the service-account token or client certificate",
  forbidden: "our identity may not get nodes/metrics: apply the ClusterRole system:metrics-server and its binding",
  status:
    "the kubelet answered with an unexpected status: see its log, and the node's resource-metrics-path annotation",
  body_too_large: "that is no kubelet's metrics page: check what listens on this address and port",
  malformed_page: "the answer is no Prometheus text: check what listens on this address and port",
  no_data: "the kubelet could not read its own statistics: see its log and the container runtime's",
  other: "see the cause"
} as const

export const KubeletReason = Schema.Literals(Struct.keys(advice))
export type KubeletReason = typeof KubeletReason.Type

/** One scrape of one node failed. */
export class KubeletError extends Schema.TaggedError<KubeletError>()("KubeletError", {
  node: Schema.String,
  /** What was dialled, `host:port`; empty when there was nothing to dial. */
  address: Schema.String,
  reason: KubeletReason,
  /** What happened, in a clause. */
  detail: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {
  get advice() {
    return advice[this.reason]
  }

  override get message() {
    const at = this.address === "" ? "" : ` at ${this.address}`
    return `cannot scrape node ${this.node}${at}: ${this.detail} (${this.reason}); ${this.advice}`
  }
}

/** What a failed connection or a broken answer means. */
export const explainTransport = (cause: unknown): { readonly reason: KubeletReason; readonly detail: string } => {
  const { detail, reason } = NetworkFailure.explain(cause)
  return { reason: reason === "not_http" ? "malformed_page" : reason, detail }
}
