/** What an authority's verdict needs of a certificate and node:crypto does not tell: its limits and its demands. */
import { AsnConvert } from "@peculiar/asn1-schema"
import * as asn1 from "@peculiar/asn1-x509"
import { Result } from "effect"
import type { X509Certificate } from "node:crypto"

export interface CertificateExtensions {
  /** How many authorities may stand between it and a leaf. */
  readonly pathLength: number
  /** It demands what we do not know. */
  readonly isBeyondUs: boolean
}

/** Of what cannot be read, nothing good is believed. */
export const of = (certificate: X509Certificate): CertificateExtensions => {
  const known = extensions.get(certificate)
  if (known !== undefined) return known
  const found = Result.getOrElse(
    Result.try(() => read(certificate.raw)),
    () => ({ pathLength: 0, isBeyondUs: true })
  )
  extensions.set(certificate, found)
  return found
}

const extensions = new WeakMap<X509Certificate, CertificateExtensions>()

/** Those that are looked at, or harmless. */
const understood: ReadonlySet<string> = new Set([
  asn1.id_ce_basicConstraints,
  asn1.id_ce_extKeyUsage,
  asn1.id_ce_keyUsage,
  asn1.id_ce_subjectAltName
])

const read = (certificate: Uint8Array): CertificateExtensions => {
  const { extensions = [] } = AsnConvert.parse(certificate, asn1.Certificate).tbsCertificate
  const limits = extensions.filter(({ extnID }) => extnID === asn1.id_ce_basicConstraints).map(({ extnValue }) =>
    AsnConvert.parse(extnValue, asn1.BasicConstraints).pathLenConstraint ?? Number.POSITIVE_INFINITY
  )
  return {
    pathLength: Math.min(Number.POSITIVE_INFINITY, ...limits),
    isBeyondUs: extensions.some(({ critical, extnID }) => critical && !understood.has(extnID))
  }
}
