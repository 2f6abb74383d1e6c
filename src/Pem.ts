/** Certificates and keys as text: whether they are whole, and belong together. */
import { Array, Result } from "effect"
import { createPrivateKey, X509Certificate } from "node:crypto"
import { createSecureContext } from "node:tls"

/** A certificate, with those between it and its authority behind it, and its key. */
export interface Pair {
  readonly cert: string
  readonly key: string
}

const begin = "-----BEGIN CERTIFICATE-----"
const block = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g

/** All certificates of a bundle. One that breaks off is of no use: what is missing may be what matters. */
export const certificates = (pem: string): Result.Result<Array.NonEmptyReadonlyArray<X509Certificate>, string> => {
  const blocks = pem.match(block) ?? []
  if (blocks.length !== pem.split(begin).length - 1) return Result.fail("it breaks off within a certificate")
  if (!Array.isArrayNonEmpty(blocks)) return Result.fail("it holds no certificate in PEM")
  return Result.try({
    try: () => Array.map(blocks, (it) => new X509Certificate(it)),
    catch: () => "it holds a certificate that cannot be read"
  })
}

/** One below the other, however they were written before: OpenSSL reads none that begins on the line on which another one ends. */
export const text = (certificates: ReadonlyArray<X509Certificate>) => certificates.join("")

/** Whoever stands in a bundle is believed, as by Go: an authority that another one signed, too, or a server by itself. */
export const trust = { allowPartialTrustChain: true } as const

/** A pair that TLS can use, and what it is for. */
export interface Opened extends Pair {
  readonly certificate: X509Certificate
}

export const isSame = (one: Pair, other: Pair) => one.cert === other.cert && one.key === other.key

export interface Flaw {
  readonly part: keyof Pair
  readonly problem: string
}

export const open = ({ cert, key }: Pair): Result.Result<Opened, Flaw> => {
  const flaw = (part: Flaw["part"], problem: string) => Result.fail({ part, problem })
  const chain = certificates(cert)
  if (Result.isFailure(chain)) return flaw("cert", chain.failure)
  const privateKey = Result.try(() => createPrivateKey(key))
  if (Result.isFailure(privateKey)) return flaw("key", "it holds no private key in PEM, or an encrypted one")
  const [certificate] = chain.success
  if (!certificate.checkPrivateKey(privateKey.success)) return flaw("key", "it is not the key of the certificate")
  const context = Result.try(() => createSecureContext({ cert, key }))
  return Result.isSuccess(context)
    ? Result.succeed({ cert, key, certificate })
    : flaw("cert", "it is too weak, or broken")
}
