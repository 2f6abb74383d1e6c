/** What secures the connections to kubelets: their authorities and our client certificate, which follow their files. */
import { Context, Effect, Layer, Option } from "effect"
import { type Credentials, Kube, nobody } from "../kube/Kube.ts"
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
        const ours = Effect.orElseSucceed(credentials, () => nobody)

        const bundle = yield* Option.match(options.certificateAuthority, {
          onNone: () => Effect.succeed(Effect.undefined),
          onSome: (file) => PemFile.followBundle({ flag: "kubelet-certificate-authority", file })
        })
        const pair = yield* Option.match(Option.all([options.clientCertificate, options.clientKey]), {
          onNone: () => Effect.succeed(Effect.undefined),
          onSome: ([cert, key]) =>
            PemFile.followPair({
              cert: { flag: "kubelet-client-certificate", file: cert },
              key: { flag: "kubelet-client-key", file: key }
            })
        })

        const materialOf = remembering(options)
        const current = Effect.flatMap(
          ours,
          (ours) =>
            Effect.flatMapEager(bundle, (bundle) => Effect.mapEager(pair, (pair) => materialOf(ours, bundle, pair)))
        )
        return KubeletTls.of({ current })
      })
    )
  }
}

/** Asked for with each scrape: of the same objects, and of others that say the same, it is the same object. */
const remembering = (options: KubeletTlsOptions) => {
  let of: readonly [Credentials, PemFile.Bundle | undefined, Pair | undefined] = [nobody, undefined, undefined]
  let last = material(options, ...of)
  return (ours: Credentials, bundle: PemFile.Bundle | undefined, pair: Pair | undefined) => {
    if (of[0] === ours && of[1] === bundle && of[2] === pair) return last
    of = [ours, bundle, pair]
    const found = material(options, ...of)
    if (!isSame(last, found)) last = found
    return last
  }
}

/** What flags name goes before what is ours. */
const material = (
  { insecure }: KubeletTlsOptions,
  ours: Credentials,
  bundle: PemFile.Bundle | undefined,
  pair: Pair | undefined
): Material => {
  const ca = bundle === undefined ? Option.getOrUndefined(ours.ca) : bundle.pem
  const shown = pair ?? Option.getOrUndefined(Option.all({ cert: ours.cert, key: ours.key }))
  return {
    rejectUnauthorized: !insecure,
    ...ca !== undefined && !insecure && { ca },
    ...shown !== undefined && { cert: shown.cert, key: shown.key }
  }
}

const isSame = (one: Material, other: Material) =>
  one.ca === other.ca && one.cert === other.cert && one.key === other.key
