/** Whom to believe: the authorities of clients and of the front proxy, from files or as the cluster publishes them. */
import { Context, Effect, type FileSystem, Function, Layer, Option, Result } from "effect"
import { LiveMap } from "../../discover/LiveMap.ts"
import * as Reflector from "../../discover/Reflector.ts"
import type { Kube } from "../../kube/Kube.ts"
import * as PemFile from "../../PemFile.ts"
import * as CertificateAuthority from "./CertificateAuthority.ts"
import * as PublishedConfig from "./PublishedConfig.ts"
import type { HeaderNames, RequestHeader } from "./RequestHeader.ts"

export interface Config {
  /** Whether all of it is known; until then nobody's certificate can be judged. */
  readonly complete: boolean
  readonly clientAuthority: Option.Option<CertificateAuthority.CertificateAuthority>
  readonly requestHeader: Option.Option<RequestHeader>
}

export interface Options {
  readonly clientCaFile: Option.Option<string>
  /** With a file the names are those given here, without one those that the cluster publishes. */
  readonly requestHeader: HeaderNames & {
    readonly clientCaFile: Option.Option<string>
    readonly allowedNames: ReadonlyArray<string>
  }
  /** What no file says does not hold, and the cluster is not asked. */
  readonly skipLookup: boolean
  /** What is not known yet counts as what does not hold. */
  readonly tolerateLookupFailure: boolean
}

export class AuthenticationConfig extends Context.Service<AuthenticationConfig, {
  current(): Effect.Effect<Config>
}>()("metrics-server/serve/auth/AuthenticationConfig") {
  static layer(options: Options): Layer.Layer<
    AuthenticationConfig,
    PemFile.PemFileError,
    Kube | FileSystem.FileSystem
  > {
    return Layer.effect(AuthenticationConfig, make(options))
  }

  /** Whom to believe never changes. */
  static layerStatic(config: Omit<Config, "complete">) {
    return Layer.succeed(AuthenticationConfig, { current: () => Effect.succeed({ complete: true, ...config }) })
  }
}

/** Whether something is left to be looked up in the cluster. */
export const asksCluster = ({ clientCaFile, requestHeader, skipLookup }: Options) =>
  !skipLookup && (Option.isNone(clientCaFile) || Option.isNone(requestHeader.clientCaFile))

const make = Effect.fnUntraced(function*(options: Options) {
  const { requestHeader: { allowedNames, clientCaFile, ...headerNames }, tolerateLookupFailure } = options
  const followed = (flag: string, file: Option.Option<string>) =>
    Option.match(file, {
      onNone: () => Effect.succeed(Effect.succeedNone),
      onSome: (file) => Effect.map(PemFile.followBundle({ flag, file }), (bundle) => Effect.asSome(authority(bundle)))
    })
  const clients = yield* followed("client-ca-file", options.clientCaFile)
  const proxies = yield* followed("requestheader-client-ca-file", clientCaFile)
  const lookedUp = asksCluster(options) ? yield* lookUp : nothing
  /** What a file says goes before what is published. */
  const of = (
    clients: Option.Option<CertificateAuthority.CertificateAuthority>,
    proxies: Option.Option<CertificateAuthority.CertificateAuthority>,
    { clientAuthority, complete, requestHeader }: Config
  ): Config => ({
    complete: complete || tolerateLookupFailure,
    clientAuthority: Option.orElse(clients, () => clientAuthority),
    requestHeader: Option.isSome(proxies)
      ? Option.some({ headerNames, allowedNames, authority: proxies.value })
      : requestHeader
  })
  // Asked for with each request: what is known is there at once.
  const current = () =>
    Effect.flatMapEager(
      clients,
      (clients) =>
        Effect.flatMapEager(proxies, (proxies) => Effect.mapEager(lookedUp(), (config) => of(clients, proxies, config)))
    )
  return AuthenticationConfig.of({ current })
})

const authority = Effect.map(Function.memoize(({ certificates }: PemFile.Bundle) =>
  // While the bundle stays the same, it is remembered whom it has verified.
  CertificateAuthority.make(certificates)
))

const published = (complete: boolean, { clientAuthority, requestHeader }: PublishedConfig.PublishedConfig): Config => ({
  complete,
  clientAuthority,
  requestHeader
})

const nothing = () => Effect.succeed(published(true, PublishedConfig.none))

/** What the cluster publishes. What is unreadable or gone leaves the last that was good in use. */
const lookUp = Effect.gen(function*() {
  let last = Option.none<Effect.Effect<Config>>()
  let readable = true
  const { synced } = yield* Reflector.make({
    path: `/api/v1/namespaces/${PublishedConfig.namespace}/configmaps`,
    params: { fieldSelector: `metadata.name=${PublishedConfig.name}` },
    accept: { list: "application/json", watch: "application/json" },
    role: `Role ${PublishedConfig.name}-reader of ${PublishedConfig.namespace}`,
    decode: (object) => {
      const found = PublishedConfig.decode(object)
      readable = Result.isSuccess(found)
      if (Result.isSuccess(found)) last = Option.some(Effect.succeed(published(true, found.success)))
      return found
    },
    live: new LiveMap(() => false)
  })
  return () =>
    Option.getOrElse(
      last,
      () => Effect.map(synced, (synced) => published(synced && readable, PublishedConfig.none))
    )
})
