/** What secures the connections to kubelets: their authorities and our client certificate, which follow their files. */
import { Context, Effect, Layer, Option } from "effect"
import { type Credentials, Kube } from "../kube/Kube.ts"
import type { Pair } from "../Pem.ts"
import * as PemFile from "../PemFile.ts"

export interface KubeletTlsOptions {
  /** Any certificate is accepted. */
  readonly insecure: boolean
  readonly certificateAuthority: Option.Option<string>
  readonly clientCertificate: Option.Option<string>
  readonly clientKey: Option.Option<string>
}

/** As `node:tls` takes it, PEM. */
export interface Material {
  readonly rejectUnauthorized: boolean
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

export class KubeletTls extends Context.Service<KubeletTls, {
  /** The same object until something changes; what was connected with the one before is to be connected anew. */
  readonly current: Effect.Effect<Material>
}>()("metrics-server/scrape/KubeletTls") {
  /** Without files the kubelets' authorities are the kube-apiserver's, and we are to them who we are to it. */
  static layer(options: KubeletTlsOptions) {
    return Layer.effect(
      KubeletTls,
      Effect.gen(function*() {
        const { credentials } = yield* Kube
        // What is not known yet is nothing: without our token no request is sent either.
        const ours = <A>(part: (ours: Credentials) => Option.Option<A>) =>
          Effect.map(Effect.option(credentials), Option.flatMap(part))

        const ca = yield* Option.match(options.certificateAuthority, {
          onNone: () => Effect.succeed(ours(({ ca }) => ca)),
          onSome: (file) =>
            Effect.map(PemFile.followBundle({ flag: "kubelet-certificate-authority", file }), Effect.map(toPem))
        })
        const pair = yield* Option.match(Option.all([options.clientCertificate, options.clientKey]), {
          onNone: () => Effect.succeed(ours(({ cert, key }) => Option.all({ cert, key }))),
          onSome: ([cert, key]) =>
            Effect.map(
              PemFile.followPair({
                cert: { flag: "kubelet-client-certificate", file: cert },
                key: { flag: "kubelet-client-key", file: key }
              }),
              Effect.asSome
            )
        })

        let last = material(options, Option.none(), Option.none())
        const current = Effect.gen(function*() {
          const found = material(options, yield* ca, yield* pair)
          if (!isSame(last, found)) last = found
          return last
        })
        return KubeletTls.of({ current })
      })
    )
  }
}

const toPem = ({ pem }: PemFile.Bundle) => Option.some(pem)

const material = ({ insecure }: KubeletTlsOptions, ca: Option.Option<string>, pair: Option.Option<Pair>): Material => ({
  rejectUnauthorized: !insecure,
  ...Option.isSome(ca) && !insecure && { ca: ca.value },
  ...Option.isSome(pair) && { cert: pair.value.cert, key: pair.value.key }
})

const isSame = (one: Material, other: Material) =>
  one.ca === other.ca && one.cert === other.cert && one.key === other.key
