/** Why a kubelet cannot be scraped, as exactly as it can be told: of a certificate, what it says and what would cure it. */
import { Array } from "effect"
import type { Node } from "../discover/Nodes.ts"
import { advice, type KubeletError, type KubeletReason } from "../scrape/KubeletError.ts"
import * as X509 from "../X509.ts"
import type { Chain } from "./ShownCertificate.ts"

export interface Trouble {
  readonly node: Node
  /** What was dialled, `host:port`; empty when there was nothing to dial. */
  readonly address: string
  readonly reason: KubeletReason
  /** What happened, in a clause. */
  readonly detail: string
  /** The same for all nodes that one act cures. */
  readonly remedy: string
}

export interface Circumstances {
  readonly now: number
  /** Authorities that are believed. */
  readonly authorities: ReadonlyArray<Chain[0]>
  /** Address types, the most wanted first. */
  readonly preferredTypes: ReadonlyArray<string>
}

export const isOfTls = ({ reason }: KubeletError) => reason.startsWith("tls_")

export const of = (node: Node, { address, detail, reason }: KubeletError): Trouble => ({
  node,
  address,
  reason,
  detail,
  remedy: advice[reason]
})

/** The same trouble, by the certificate that the kubelet shows at the address that was dialled. */
export const explain = (trouble: Trouble, chain: Chain, dialled: string, circumstances: Circumstances): Trouble => {
  const [own] = chain
  switch (trouble.reason) {
    case "tls_name_mismatch":
      return { ...trouble, ...ofNames(trouble.node, own, dialled, circumstances) }
    case "tls_expired":
      return { ...trouble, ...ofValidity(trouble, chain, circumstances) }
    case "tls_self_signed":
    case "tls_unknown_authority":
      return { ...trouble, ...ofAuthority(own, circumstances) }
    default:
      return trouble
  }
}

type Explained = Pick<Trouble, "detail" | "remedy"> & Partial<Pick<Trouble, "reason">>

const issue = "issue one that names it (serverTLSBootstrap: true in the kubelet's configuration, then approve its CSR)"

const ofNames = (
  { addresses }: Node,
  own: Chain[0],
  dialled: string,
  { preferredTypes }: Circumstances
): Explained => {
  const detail = `its certificate is for ${X509.namesOf(own)}, and not for ${dialled}`
  const named = addresses.filter(({ address }) => X509.covers(own, address)).map(({ type }) => type)
  const untried = Array.dedupe(named).filter((type) => !preferredTypes.includes(type))
  if (untried.length > 0) {
    const types = [...untried, ...preferredTypes].join()
    return {
      detail: `${detail}, but for its ${untried.join(" and ")}`,
      remedy: `dial what it names: --kubelet-preferred-address-types=${types}; or ${issue}`
    }
  }
  return named.length > 0
    ? { detail, remedy: `what it names (${named.join(", ")}) was tried in vain: see that it leads there, or ${issue}` }
    : { detail, remedy: `no address of the node is in it: ${issue}` }
}

const day = 24 * 60 * 60 * 1000

const ofValidity = ({ detail }: Trouble, chain: Chain, { now }: Circumstances): Explained => {
  const spent = chain.find((it) => X509.outsideValidity(it, now) !== undefined)
  if (spent === undefined) return { detail, remedy: advice.tls_expired }
  const days = Math.floor((now - spent.validToDate.getTime()) / day)
  const whose = spent === chain[0] ? "its certificate" : `the certificate of ${X509.subjectOf(spent)}`
  return now < spent.validFromDate.getTime()
    ? {
      detail: `${whose} is not valid before ${spent.validFromDate.toISOString()}`,
      remedy: "check the clocks of the node and of this machine"
    }
    : {
      detail: `${whose} expired at ${spent.validToDate.toISOString()}, ${days} days ago`,
      remedy:
        "renew it: see that the kubelet rotates its serving certificate and that its CSRs are approved (kubectl get csr)"
    }
}

/**
 * What a kubelet calls the authority that it makes along with a certificate for itself: there is one for each node, and another after
 * each new one. See GenerateSelfSignedCertKey in client-go's util/cert.
 */
const ofOneKubelet = /^CN=.+-ca@\d+$/

const ofAuthority = (own: Chain[0], { authorities }: Circumstances): Explained => {
  const [subject, issuer] = [X509.subjectOf(own), X509.issuerOf(own)]
  const isOfOneKubelet = ofOneKubelet.test(issuer)
  if (subject === issuer || isOfOneKubelet) {
    return {
      reason: "tls_self_signed",
      detail: `its certificate is signed by ${isOfOneKubelet ? "an authority of its own" : "itself"} (${issuer})`,
      remedy: advice.tls_self_signed
    }
  }
  const known = Array.dedupe(authorities.map(X509.subjectOf))
  return {
    reason: "tls_unknown_authority",
    detail: `its certificate is signed by ${issuer}; believed are ${known.join("; ") || "public authorities alone"}`,
    remedy: known.includes(issuer)
      ? "an authority of that name is believed, but has another key: it was made anew, give its present certificate " +
        "with --kubelet-certificate-authority"
      : advice.tls_unknown_authority
  }
}
