/** Authorities that sign certificates, and whether a chain of certificates leads to one of them. */
import { Result } from "effect"
import type { X509Certificate } from "node:crypto"
import * as Pem from "../../Pem.ts"
import * as CertificateExtensions from "./CertificateExtensions.ts"

/**
 * TLS accepts any client certificate, so that two authorities can be told apart; it is verified here. What counts is what counts for
 * Go's crypto/x509: chain, validity, purpose, limits. The way there is another, because nothing else happens meanwhile.
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

/** Milliseconds since the epoch, the last one included. */
interface Period {
  readonly notBefore: number
  readonly notAfter: number
}

/** Whether a certificate leads to a root, and for how long that is so. */
interface Verdict extends Period {
  readonly isGood: boolean
}

/** From a root down to the certificate. */
type Path = ReadonlyArray<X509Certificate>

export const make = (
  roots: ReadonlyArray<X509Certificate>,
  purpose: Purpose = forClients
): CertificateAuthority => {
  /** Signatures cost most: a connection's certificate is looked at once, good or bad. */
  const known = new WeakMap<X509Certificate, Verdict>()
  return {
    size: roots.length,
    verify: (chain, now) => {
      const leaf = chain[0]
      if (leaf === undefined) return Result.fail("there is no certificate")
      let verdict = known.get(leaf)
      if (verdict === undefined || !isValid(verdict, now)) {
        const others = chain.slice(1, longest)
        const path = search(leaf, others, roots, (it) => isUsable(it, purpose, now))
        verdict = path === undefined ? badUntilOneBegins([leaf, ...others, ...roots], now) : goodWhileValid(path)
        known.set(leaf, verdict)
      }
      return verdict.isGood ? Result.void : Result.fail(describe(leaf, purpose, now))
    }
  }
}

/** Of the certificates that a client sends: enough for every real hierarchy. */
export const longest = 8

/** Of signatures for one verdict: enough for every real hierarchy, with authorities that were renewed under their name. */
export const mostChecks = 20

/**
 * Downwards, so that a signature is checked only by the key of who is trusted already: strangers choose neither how much that costs
 * nor, by signing each other, how often it is done.
 */
const search = (
  leaf: X509Certificate,
  others: ReadonlyArray<X509Certificate>,
  roots: ReadonlyArray<X509Certificate>,
  isUsable: (certificate: X509Certificate) => boolean
): Path | undefined => {
  if (roots.some((root) => root.fingerprint256 === leaf.fingerprint256)) return isUsable(leaf) ? [leaf] : undefined
  const intermediates = others.filter(({ ca }) => ca)
  let checks = 0
  const signs = (issuer: X509Certificate, certificate: X509Certificate) =>
    !isWeaklySigned(certificate) && certificate.checkIssued(issuer) && checks++ < mostChecks &&
    certificate.verify(issuer.publicKey)

  /** Goes on below the last one of a path, which may have so many authorities between it and the leaf. */
  const below = (path: Path, issuer: X509Certificate, between: number): Path | undefined => {
    if (signs(issuer, leaf) && isUsable(leaf)) return [...path, leaf]
    if (between === 0) return undefined
    for (const next of intermediates) {
      if (!signs(issuer, next) || !isUsable(next) || path.some((it) => isSameHolder(it, next))) continue
      const found = below([...path, next], next, Math.min(between - 1, CertificateExtensions.of(next).pathLength))
      if (found !== undefined) return found
    }
    return undefined
  }
  for (const root of roots) {
    if (!root.ca || !isUsable(root)) continue
    const found = below([root], root, CertificateExtensions.of(root).pathLength)
    if (found !== undefined) return found
  }
  return undefined
}

/** Such a one leads nowhere new, as a root that is sent along. */
const isSameHolder = (one: X509Certificate, other: X509Certificate) =>
  one.subject === other.subject && one.publicKey.equals(other.publicKey)

/** Nobody asks that of a root, whose signature says nothing. */
const isWeaklySigned = ({ signatureAlgorithm = "" }: X509Certificate) => /sha1|md5/i.test(signatureAlgorithm)

const isUsable = (certificate: X509Certificate, purpose: Purpose, now: number) =>
  isValid(validityOf([certificate]), now) && isFor(certificate, purpose) &&
  !CertificateExtensions.of(certificate).isBeyondUs

const goodWhileValid = (path: Path): Verdict => ({ isGood: true, ...validityOf(path) })

/** Time passes, and ends the validity of some; only where one begins can there be a way that was not there. */
const badUntilOneBegins = (certificates: ReadonlyArray<X509Certificate>, now: number): Verdict => {
  const beginnings = certificates.map(({ validFromDate }) => validFromDate.getTime())
  return { isGood: false, notBefore: now, notAfter: Math.min(...beginnings.filter((it) => it > now)) - 1 }
}

const isValid = ({ notAfter, notBefore }: Period, now: number) => notBefore <= now && now <= notAfter

const validityOf = (path: Path): Period => ({
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
