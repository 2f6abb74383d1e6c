/** The certificate that a server shows, whoever signed it. */
import { Context, Effect, Layer, Schema } from "effect"
import type { X509Certificate } from "node:crypto"
import { isIP } from "node:net"
import { connect } from "node:tls"
import type { Endpoint } from "../discover/Address.ts"
import * as NetworkFailure from "../NetworkFailure.ts"
import { longest } from "../serve/auth/CertificateAuthority.ts"
import * as X509 from "../X509.ts"

/** Nothing is shown there. */
export class NothingShown extends Schema.TaggedError<NothingShown>()("NothingShown", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}

/** The server's own first, then those that it sent along. */
export type Chain = readonly [X509Certificate, ...Array<X509Certificate>]

export class ShownCertificate extends Context.Service<ShownCertificate, {
  /** To a client that means the server of this name. */
  look(endpoint: Endpoint, name: string): Effect.Effect<Chain, NothingShown>
}>()("metrics-server/doctor/ShownCertificate") {
  static readonly layer = Layer.succeed(ShownCertificate, {
    look: ({ address, port }, name) =>
      Effect.callback<Chain, NothingShown>((resume) => {
        const socket = connect({
          host: address,
          port,
          // It is looked at, and nothing is said to whoever shows it.
          rejectUnauthorized: false,
          ...isIP(name) === 0 && { servername: name }
        })
        const end = (outcome: Effect.Effect<Chain, NothingShown>) => {
          socket.destroy()
          resume(outcome)
        }
        const fail = (detail: string) => end(Effect.fail(new NothingShown({ detail })))
        socket.on("error", (error) => fail(NetworkFailure.explain(error).detail))
        socket.once("secureConnect", () => {
          const [own, ...others] = X509.upwards(socket.getPeerX509Certificate(), longest)
          if (own === undefined) fail("it shows no certificate")
          else end(Effect.succeed([own, ...others]))
        })
        return Effect.sync(() => socket.destroy())
      }).pipe(
        Effect.timeoutOrElse({
          duration: "10 seconds",
          orElse: () => Effect.fail(new NothingShown({ detail: "no answer in 10 s" }))
        })
      )
  })
}
