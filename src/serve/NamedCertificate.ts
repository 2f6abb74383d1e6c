/** Certificates for clients that say which server they mean (SNI): which of several, by the rules of the kube-apiserver. */
import { Option } from "effect"
import type { X509Certificate } from "node:crypto"
import { isIP } from "node:net"
import type { Opened } from "../Pem.ts"
import * as X509 from "../X509.ts"
import { commonName } from "./auth/ClientCertificate.ts"

/** A pair in files, for these names. Without any it is for those that the certificate has. */
export interface NamedCertificate {
  readonly certFile: string
  readonly keyFile: string
  readonly names: ReadonlyArray<string>
}

/** `CERT,KEY` or `CERT,KEY:NAME,*.NAME`. */
export const parse = (text: string): Option.Option<NamedCertificate> => {
  const [, certFile = "", keyFile = "", names] = /^([^,:]+),([^,:]+)(?::(.+))?$/s.exec(text) ?? []
  if (certFile.trim() === "" || keyFile.trim() === "" || names?.trim() === "") return Option.none()
  return Option.some({
    certFile: certFile.trim(),
    keyFile: keyFile.trim(),
    names: names?.split(",").map((name) => name.trim().toLowerCase()) ?? []
  })
}

/** A certificate that may be shown, and the names that were given for it. */
export interface Candidate {
  readonly pair: Opened
  readonly names: ReadonlyArray<string>
}

/**
 * The one for a name, if it is not the certificate that everybody else is shown. The whole name stands above a wildcard, a
 * name that was given above one that a certificate has, and what comes first above what follows.
 */
export const choose = (
  name: string,
  everybody: Opened,
  candidates: ReadonlyArray<Candidate>
): Opened | undefined => {
  const whole = name.toLowerCase()
  const first = (is: (candidate: Candidate) => boolean) => candidates.find(is)?.pair
  for (const wanted of [whole, whole.replace(/^[^.]*/, "*")]) {
    const found = first(({ names }) => names.includes(wanted)) ??
      first(({ names, pair }) => names.length === 0 && namesOf(pair.certificate).includes(wanted))
    if (found !== undefined) return found
  }
  return X509.covers(everybody.certificate, whole)
    ? undefined
    : first(({ pair }) => X509.covers(pair.certificate, whole))
}

/** The common name, where it could be a server's, and the alternative names; no addresses, which nobody says in SNI. */
const namesOf = (certificate: X509Certificate): ReadonlyArray<string> => {
  const alternative = (certificate.subjectAltName ?? "").matchAll(/DNS:([^,"]+)/g)
  return [
    ...Option.toArray(Option.filter(commonName(certificate), isServerName)),
    ...Array.from(alternative, ([, name = ""]) => name)
  ].map((name) => name.toLowerCase())
}

const isServerName = (name: string) =>
  isIP(name) === 0 && (name === "*" || /^(\*\.)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name))
