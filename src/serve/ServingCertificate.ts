/** The certificates that are shown to clients while the server runs: who connects sees what the files hold. */
import { Effect, type FileSystem, Option, type Path, Schedule, type Scope } from "effect"
import { isIP } from "node:net"
import * as LastGood from "../LastGood.ts"
import * as Pem from "../Pem.ts"
import * as PemFile from "../PemFile.ts"
import * as Certificates from "./Certificates.ts"
import * as NamedCertificate from "./NamedCertificate.ts"

export interface Options extends Certificates.Options {
  /** For clients that say which server they mean. */
  readonly named: ReadonlyArray<NamedCertificate.NamedCertificate>
}

export interface Shown {
  /** To everybody, at first. */
  readonly pair: Pem.Pair
  /** To who means the server of this name, where that is another than to everybody; the same object while it is the same. */
  forName(name: string): Pem.Pair | undefined
}

/**
 * What is shown, and from then on every other pair for everybody, for `use` to put in use. A pair that is of no use, such as
 * one that is only half written, leaves the one before in use. One that is not valid is better than none, because the manifests let
 * nobody verify it, and worse than the one before.
 */
export const follow = Effect.fnUntraced(function*(
  options: Options,
  use: (pair: Pem.Pair) => void
): Effect.fn.Return<Shown, PemFile.PemFileError, Services> {
  const addresses = options.named.flatMap(({ names }) => names).filter((name) => isIP(name) !== 0)
  if (addresses.length > 0) {
    yield* Effect.logWarning(`--tls-sni-cert-key: clients name no addresses in TLS, such as ${addresses.join(", ")}`)
  }
  const everybody = yield* latest({
    what: "serving certificate",
    named: Option.match(options.given, {
      onSome: (files) => Certificates.filesOf(files).cert,
      onNone: () => ({ flag: "cert-dir", file: options.dir })
    }),
    read: Certificates.load(options)
  }, use)
  const named = yield* Effect.forEach(options.named, ({ certFile, keyFile, names }) => {
    const flag = "tls-sni-cert-key"
    const named = { flag, file: certFile }
    const read = PemFile.pair({ cert: named, key: { flag, file: keyFile } })
    return Effect.map(latest({ what: `certificate of ${certFile}`, named, read }), (pair) => ({ names, pair }))
  })
  return {
    pair: everybody(),
    forName: (name) => {
      const candidates = named.map(({ names, pair }) => ({ names, pair: pair() }))
      return NamedCertificate.choose(name, everybody(), candidates)
    }
  }
})

type Services = FileSystem.FileSystem | Path.Path | Scope.Scope

interface Source<R> {
  /** As the log calls it. */
  readonly what: string
  readonly named: PemFile.Named
  readonly read: Effect.Effect<Pem.Opened, PemFile.PemFileError, R>
}

/** Reads again and again; says the last pair that was good. */
const latest = Effect.fnUntraced(function*<R>(
  { named, read, what }: Source<R>,
  use: (pair: Pem.Pair) => void = () => {}
) {
  let shown: Pem.Opened | undefined
  let complaint = ""

  const put = (pair: Pem.Opened) =>
    Effect.sync(() => {
      use(pair)
      shown = pair
    })
  const preferred = Effect.fnUntraced(function*(pair: Pem.Opened) {
    const flaw = yield* Certificates.flaw(named, pair)
    const isOtherBetter = shown !== undefined && (yield* Certificates.flaw(named, shown)) === undefined
    if (flaw !== undefined && isOtherBetter) return yield* flaw
    const problem = flaw?.problem ?? ""
    if (flaw !== undefined && problem !== complaint) {
      yield* Effect.logError(`--${named.flag}=${named.file}: ${problem}, and is shown all the same; ${flaw.remedy}`)
    }
    complaint = problem
    return pair
  })
  const current = LastGood.make(Effect.flatMap(read, preferred), {
    service: "ServingCertificate",
    replaced: (pair) => Effect.andThen(put(pair), Effect.logInfo(`a new ${what} is in use`)),
    kept: "the one before stays in use",
    same: Pem.isSame
  })
  const first = yield* current
  shown = first
  yield* Effect.forkScoped(Effect.schedule(current, Schedule.spaced(LastGood.pause)))
  return () => shown ?? first
})
