/** The certificates that are shown to clients while the server runs: who connects sees what the files hold. */
import { Effect, type FileSystem, type Path, Schedule, type Scope } from "effect"
import { isIP } from "node:net"
import * as LastGood from "../LastGood.ts"
import * as Pem from "../Pem.ts"
import type { PemFileError } from "../PemFile.ts"
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
 * one that is only half written, leaves the one before in use.
 */
export const follow = Effect.fnUntraced(function*(
  options: Options,
  use: (pair: Pem.Pair) => void
): Effect.fn.Return<Shown, PemFileError, Services> {
  const addresses = options.named.flatMap(({ names }) => names).filter((name) => isIP(name) !== 0)
  if (addresses.length > 0) {
    yield* Effect.logWarning(`--tls-sni-cert-key: clients name no addresses in TLS, such as ${addresses.join(", ")}`)
  }
  const everybody = yield* latest(Certificates.load(options), "serving certificate", use)
  const named = yield* Effect.forEach(options.named, ({ certFile, keyFile, names }) => {
    const flag = "tls-sni-cert-key"
    const read = Certificates.given({ cert: { flag, file: certFile }, key: { flag, file: keyFile } })
    return Effect.map(latest(read, `certificate of ${certFile}`), (pair) => ({ names, pair }))
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

/** Reads again and again; says the last pair that was good. */
const latest = Effect.fnUntraced(function*<R>(
  read: Effect.Effect<Pem.Opened, PemFileError, R>,
  what: string,
  use: (pair: Pem.Pair) => void = () => {}
) {
  const put = (pair: Pem.Opened) =>
    Effect.sync(() => {
      use(pair)
      last = pair
    })
  const current = LastGood.make(read, {
    service: "ServingCertificate",
    replaced: (pair) => Effect.andThen(put(pair), Effect.logInfo(`a new ${what} is in use`)),
    kept: "the one before stays in use",
    same: Pem.isSame
  })
  let last = yield* current
  yield* Effect.forkScoped(Effect.schedule(current, Schedule.spaced(LastGood.pause)))
  return () => last
})
