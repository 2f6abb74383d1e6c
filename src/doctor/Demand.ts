/** What an APIService demands of the serving certificate, its authority, its names and its time; and whether it has them. */
import { Duration, Option, Result } from "effect"
import { Base64 } from "effect/encoding"
import * as Pem from "../Pem.ts"
import * as CertificateAuthority from "../serve/auth/CertificateAuthority.ts"
import * as X509 from "../X509.ts"
import * as ApiService from "./ApiService.ts"
import * as Finding from "./Finding.ts"
import type { Chain } from "./ShownCertificate.ts"

const { broken, ok, warning } = Finding.of("serving-certificate")

export interface Demand {
  /** As which server the kube-apiserver addresses it. */
  readonly serverName: string
  /** Nothing is verified. */
  readonly insecure: boolean
  /** PEM in base64; empty where there is none. */
  readonly caBundle: string
}

/** None where it leads to no server. */
export const of = (apiService: ApiService.ApiService): Option.Option<Demand> =>
  Option.map(ApiService.referenceOf(apiService), (reference) => ({
    serverName: ApiService.serverNameOf(reference),
    insecure: apiService.spec.insecureSkipTLSVerify ?? false,
    caBundle: apiService.spec.caBundle ?? ""
  }))

const renew = "renew it: with cert-manager see kubectl -n kube-system describe certificate metrics-server; " +
  "one that the server signed itself is new when it has expired, or with a new pod"

/** Where it is not known what is demanded. */
export const judgeAlone = ([own]: Chain, now: number, subject: string) => {
  const flaw = X509.outsideValidity(own, now)
  return flaw === undefined
    ? ok(subject, `${X509.subjectOf(own)}, valid until ${own.validToDate.toISOString()}`)
    : warning(subject, flaw, renew)
}

/** By the rules of the kube-apiserver. */
export const judge = (
  { caBundle, insecure, serverName }: Demand,
  chain: Chain,
  now: number,
  subject: string
): Finding.Finding => {
  const [own] = chain
  const flaw = X509.outsideValidity(own, now)
  if (insecure) {
    return flaw === undefined
      ? ok(subject, "the kube-apiserver does not verify the certificate (insecureSkipTLSVerify)")
      : warning(subject, `${flaw}; the kube-apiserver does not verify it (insecureSkipTLSVerify)`, renew)
  }
  if (caBundle === "") {
    return broken(
      subject,
      `it has no caBundle, and no public authority signs certificates for ${serverName}`,
      "put the authority of the serving certificate into caBundle, or set insecureSkipTLSVerify"
    )
  }
  const bundle = Result.flatMap(
    Result.mapError(Base64.decodeString(caBundle), () => "it is not base64"),
    Pem.certificates
  )
  if (Result.isFailure(bundle)) {
    return broken(subject, `its caBundle cannot be used: ${bundle.failure}`, "put PEM certificates into it, in base64")
  }
  if (flaw !== undefined) return broken(subject, `the kube-apiserver refuses the certificate: ${flaw}`, renew)
  if (!X509.covers(own, serverName)) {
    return broken(
      subject,
      `the certificate is for ${X509.namesOf(own)}, and the kube-apiserver asks for ${serverName}`,
      `issue one that names ${serverName}`
    )
  }
  const authority = CertificateAuthority.make(bundle.success, CertificateAuthority.forServers)
  if (Result.isFailure(authority.verify(chain, now))) return refused(bundle.success, own, now, subject)
  const expiry = Math.min(expiryOf(own), Math.max(...bundle.success.map(expiryOf)))
  return expiry - now < soon
    ? warning(subject, `the certificate or caBundle expires at ${new Date(expiry).toISOString()}`, renew)
    : ok(subject, `the certificate is for ${serverName}, signed by ${X509.issuerOf(own)}, and caBundle vouches for it`)
}

const expiryOf = ({ validToDate }: Chain[0]) => validToDate.getTime()

/** As the alert MetricsServerCertificateExpires has it. */
const soon = Duration.toMillis("7 days")

/** Nobody in the bundle vouches for it. */
const refused = (bundle: ReadonlyArray<Chain[0]>, own: Chain[0], now: number, subject: string) => {
  const issuer = X509.issuerOf(own)
  const inBundle = bundle.map((it) => {
    const flaw = X509.outsideValidity(it, now)
    return flaw === undefined ? X509.subjectOf(it) : `${X509.subjectOf(it)} (${flaw})`
  })
  return broken(
    subject,
    `the certificate is signed by ${issuer === X509.subjectOf(own) ? "itself" : issuer}, ` +
      `and nobody in caBundle vouches for it: ${inBundle.join("; ")}`,
    bundle.some((it) => X509.subjectOf(it) === issuer)
      ? "the authority of that name in caBundle is another one, or has expired: put the present one there " +
        "(cert-manager's cainjector does where the APIService has the annotation cert-manager.io/inject-ca-from)"
      : "put the authority that signed it into caBundle, or have the certificate signed by one that is there"
  )
}
