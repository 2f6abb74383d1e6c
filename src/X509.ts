/** What a certificate is good for: which names and addresses, and when. */
import type { X509Certificate } from "node:crypto"
import { isIP } from "node:net"

/** By its alternative names alone: the common name is no server's name any more. */
export const covers = (certificate: X509Certificate, name: string) =>
  (isIP(name) === 0 ? certificate.checkHost(name, { subject: "never" }) : certificate.checkIP(name)) !== undefined

/** What is wrong with it at a moment; nothing while it is valid. */
export const outsideValidity = ({ validFromDate, validToDate }: X509Certificate, now: number) => {
  if (now < validFromDate.getTime()) return `it is not valid before ${validFromDate.toISOString()}`
  return now < validToDate.getTime() ? undefined : `it expired at ${validToDate.toISOString()}`
}

/** A certificate that was shown, and those that came along with it, up to so many. */
export const upwards = function*(certificate: X509Certificate | undefined, most: number) {
  let at = certificate
  for (let sent = 0; at !== undefined && sent < most; sent++, at = at.issuerCertificate) yield at
}

/** Its holder, on one line. */
export const subjectOf = ({ subject }: X509Certificate) => oneLine(subject)

/** Who signed it, on one line. */
export const issuerOf = ({ issuer }: X509Certificate) => oneLine(issuer)

const oneLine = (name: string | undefined) => name?.replaceAll("\n", ", ") ?? "nobody"

/** For whom it is, on one line. */
export const namesOf = ({ subjectAltName = "nobody at all (it has no subject alternative names)" }: X509Certificate) =>
  subjectAltName
