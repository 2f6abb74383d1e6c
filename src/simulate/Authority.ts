/** Certificate authorities and what they issue: ECDSA P-256, PEM, by WebCrypto. */
import "reflect-metadata" // must be there before @peculiar/x509 loads

import * as x509 from "@peculiar/x509"
import { Effect } from "effect"
import type { webcrypto } from "node:crypto"

export interface Pair {
  readonly cert: string
  readonly key: string
}

/** What a certificate says about its holder. */
export interface Subject {
  readonly commonName: string
  readonly organizations?: ReadonlyArray<string>
}

/** The validity is written down, not counted from now: the same on every run, and no clock decides about it. */
interface Validity {
  readonly notBefore: Date
  readonly notAfter: Date
}

const longValid: Validity = { notBefore: new Date("2020-01-01T00:00:00Z"), notAfter: new Date("2049-12-31T00:00:00Z") }

/** A validity that is over. */
export const expired: Validity = {
  notBefore: new Date("2020-01-01T00:00:00Z"),
  notAfter: new Date("2021-01-01T00:00:00Z")
}

export interface ServerOptions extends Subject {
  readonly addresses: ReadonlyArray<string>
  readonly names?: ReadonlyArray<string>
  readonly validity?: Validity
}

export interface ClientOptions extends Subject {
  readonly validity?: Validity
}

export interface Authority {
  /** Its own certificate. */
  readonly cert: string
  /** A pair for a server that is reached at these addresses and names. */
  issueServer(options: ServerOptions): Effect.Effect<Pair>
  /** A pair for a client: the common name is the user, the organizations are its groups. */
  issueClient(options: ClientOptions): Effect.Effect<Pair>
}

/** A new authority with a key of its own. */
export const make = Effect.fnUntraced(function*(commonName: string): Effect.fn.Return<Authority> {
  const keys = yield* generateKeys
  const root = yield* Effect.promise(() =>
    x509.X509CertificateGenerator.createSelfSigned({
      name: distinguishedName({ commonName }),
      keys,
      signingAlgorithm,
      ...longValid,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true)
      ]
    })
  )
  const issue = Effect.fnUntraced(
    function*(subject: Subject, extensions: ReadonlyArray<x509.Extension>, validity: Validity) {
      const leaf = yield* generateKeys
      const cert = yield* Effect.promise(() =>
        x509.X509CertificateGenerator.create({
          subject: distinguishedName(subject),
          issuer: root.subject,
          publicKey: leaf.publicKey,
          signingKey: keys.privateKey,
          signingAlgorithm,
          ...validity,
          extensions: [...extensions]
        })
      )
      return yield* toPair(cert, leaf)
    }
  )
  return {
    cert: root.toString("pem"),
    issueServer: (options) => issue(options, serverExtensions(options), options.validity ?? longValid),
    issueClient: (options) =>
      issue(
        options,
        [usage, new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])],
        options.validity ?? longValid
      )
  }
})

/** A server's pair that nobody but itself vouches for. */
export const selfSignedServer = (options: ServerOptions) => selfSigned(options, serverExtensions(options))

/** A client's pair that nobody but itself vouches for. */
export const selfSignedClient = (subject: Subject) =>
  selfSigned(subject, [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])])

const selfSigned = Effect.fnUntraced(function*(subject: Subject, extensions: ReadonlyArray<x509.Extension>) {
  const keys = yield* generateKeys
  const cert = yield* Effect.promise(() =>
    x509.X509CertificateGenerator.createSelfSigned({
      name: distinguishedName(subject),
      keys,
      signingAlgorithm,
      ...longValid,
      extensions: [...extensions]
    })
  )
  return yield* toPair(cert, keys)
})

const keyAlgorithm = { name: "ECDSA", namedCurve: "P-256" }
const signingAlgorithm = { name: "ECDSA", hash: "SHA-256" }

const generateKeys = Effect.promise(() => crypto.subtle.generateKey(keyAlgorithm, true, ["sign", "verify"]))

const usage = new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true)

const serverExtensions = ({ addresses, names = [] }: ServerOptions) => [
  usage,
  new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
  new x509.SubjectAlternativeNameExtension([
    ...names.map((value) => ({ type: "dns" as const, value })),
    ...addresses.map((value) => ({ type: "ip" as const, value }))
  ])
]

/** Structured, because a name such as system:node:worker-1 needs escaping when written as text. */
const distinguishedName = ({ commonName, organizations = [] }: Subject) => [
  ...organizations.map((organization) => ({ O: [organization] })),
  { CN: [commonName] }
]

const toPair = (cert: x509.X509Certificate, keys: webcrypto.CryptoKeyPair) =>
  Effect.promise(() => crypto.subtle.exportKey("pkcs8", keys.privateKey)).pipe(
    Effect.map((der): Pair => ({ cert: cert.toString("pem"), key: x509.PemConverter.encode(der, "PRIVATE KEY") }))
  )
