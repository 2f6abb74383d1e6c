/** Authorities that sign certificates, and whether a chain of certificates leads to one of them. */
import { Result } from "effect"
import type { X509Certificate } from "node:crypto"
import * as Pem from "../../Pem.ts"
import * as CertificateExtensions from "./CertificateExtensions.ts"

/**
 * TLS accepts any client certificate, so that two authorities can be told apart; it is verified here, by the rules of Go's
 * crypto/x509.
 */
export interface CertificateAuthority {
  /** Of how many certificates it is made. */
  readonly size: number
  /** Whether the first certificate is signed by it, directly or through those that follow, and all are valid now. */
  verify(chain: ReadonlyArray<X509Certificate>, now: number): Result.Result<void, string>
}

/** Reads a bundle, PEM. Fails with what is wrong with it. */
export const parse = (pem: string): Result.Result<CertificateAuthority, string> =>
  Result.map(Pem.certificates(pem), (roots) => make(roots))

/** What the certificates are for: of clients, or of servers. Each is the identifier of that purpose. */
export type Purpose = typeof forClients | typeof forServers

export const forClients = "1.3.6.1.5.5.7.3.2"
export const forServers = "1.3.6.1.5.5.7.3.1"

/** The way from a certificate to a root, and when all of it is valid. */
interface Path {
  readonly notBefore: number
  readonly notAfter: number
}

export const make = (
  roots: ReadonlyArray<X509Certificate>,
  purpose: Purpose = forClients
): CertificateAuthority => {
  /** Signatures cost most, and stay good: a connection's certificate is looked at once. */
  const known = new WeakMap<X509Certificate, Path>()
  return {
    size: roots.length,
    verify: (chain, now) => {
      const [leaf, ...intermediates] = chain
      if (leaf === undefined) return Result.fail("there is no certificate")
      const path = known.get(leaf)
      if (path !== undefined && isValid(path, now)) return Result.void
      const found = search([leaf], roots, intermediates, (it) => isUsable(it, purpose, now))
      if (found === undefined) return Result.fail(describe(leaf, purpose, now))
      known.set(leaf, validityOf(found))
      return Result.void
    }
  }
}

/** A chain's length: enough for every real hierarchy, and too short to keep us busy. */
export const longest = 8

/** Goes on from the last certificate of a path until a root signed it. */
const search = (
  path: ReadonlyArray<X509Certificate>,
  roots: ReadonlyArray<X509Certificate>,
  intermediates: ReadonlyArray<X509Certificate>,
  isUsable: (certificate: X509Certificate) => boolean
): ReadonlyArray<X509Certificate> | undefined => {
  const last = path.at(-1)
  if (last === undefined || path.length > longest || !isUsable(last)) return undefined
  if (roots.some((root) => root.fingerprint256 === last.fingerprint256)) return path
  for (const issuer of [...roots, ...intermediates]) {
    if (path.includes(issuer) || !signs(issuer, last, path.length - 1)) continue
    const found = search([...path, issuer], roots, intermediates, isUsable)
    if (found !== undefined) return found
  }
  return undefined
}

/** Whether one certificate may sign certificates, and signed this one, with so many authorities between it and the leaf. */
const signs = (issuer: X509Certificate, certificate: X509Certificate, between: number) =>
  issuer.ca && between <= CertificateExtensions.of(issuer).pathLength &&
  certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)

const isUsable = (certificate: X509Certificate, purpose: Purpose, now: number) =>
  isValid(validityOf([certificate]), now) && isFor(certificate, purpose) &&
  !/sha1|md5/i.test(certificate.signatureAlgorithm ?? "") && !CertificateExtensions.of(certificate).isBeyondUs

const isValid = ({ notAfter, notBefore }: Path, now: number) => notBefore <= now && now <= notAfter

const validityOf = (path: ReadonlyArray<X509Certificate>): Path => ({
  notBefore: Math.max(...path.map(({ validFromDate }) => validFromDate.getTime())),
  notAfter: Math.min(...path.map(({ validToDate }) => validToDate.getTime()))
})

const anyUsage = "2.5.29.37.0"

/** A certificate that names no purpose is good for any. */
const isFor = ({ keyUsage }: X509Certificate, purpose: Purpose) =>
  keyUsage === undefined || keyUsage.includes(purpose) || keyUsage.includes(anyUsage)

const describe = (leaf: X509Certificate, purpose: Purpose, now: number) => {
  const validity = validityOf([leaf])
  if (now > validity.notAfter) return `the certificate expired at ${new Date(validity.notAfter).toISOString()}`
  if (now < validity.notBefore) {
    return `the certificate is not valid before ${new Date(validity.notBefore).toISOString()}`
  }
  if (isFor(leaf, purpose)) return "the certificate is not signed by a known authority"
  return `the certificate is not for ${purpose === forClients ? "clients" : "servers"}`
}
