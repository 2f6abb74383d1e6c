/** Makes a serving certificate that nobody but itself vouches for. */
import { Clock, Duration, Effect } from "effect"
import { isIP } from "node:net"
import type { Pair } from "../Pem.ts"

const keyAlgorithm = { name: "ECDSA", namedCurve: "P-256" }
const signingAlgorithm = { name: "ECDSA", hash: "SHA-256" }

const validity = Duration.days(365)

/** Clients whose clocks are a little behind accept it too. */
const leeway = Duration.hours(1)

/** A new pair for these names and addresses. */
export const make = Effect.fn("SelfSigned.make")(function*(names: ReadonlyArray<string>): Effect.fn.Return<Pair> {
  const now = yield* Clock.currentTimeMillis
  return yield* Effect.promise(async () => {
    const x509 = await library()
    const keys = await crypto.subtle.generateKey(keyAlgorithm, true, ["sign", "verify"])
    const cert = await x509.X509CertificateGenerator.createSelfSigned({
      name: "CN=metrics-server",
      keys,
      signingAlgorithm,
      notBefore: new Date(now - Duration.toMillis(leeway)),
      notAfter: new Date(now + Duration.toMillis(validity)),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          names.map((value) => ({ type: isIP(value) === 0 ? "dns" : "ip", value }))
        )
      ]
    })
    const key = await crypto.subtle.exportKey("pkcs8", keys.privateKey)
    return { cert: cert.toString("pem"), key: x509.PemConverter.encode(key, "PRIVATE KEY") }
  })
})

/** Loaded when a pair is to be made: whoever gives one, or kept one, does not pay for it at start. */
const library = async () => {
  await import("reflect-metadata") // must be there before @peculiar/x509 loads
  return import("@peculiar/x509")
}
