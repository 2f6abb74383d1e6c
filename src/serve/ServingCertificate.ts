/** The certificates that are shown to clients while the server runs: who connects sees what the files hold. */
import { Effect, type FileSystem, type Path, Schedule, type Scope } from "effect"
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
  const current = LastGood.make(read, {
    service: "ServingCertificate",
    replaced: (pair) => Effect.andThen(Effect.sync(() => use(pair)), Effect.logInfo(`a new ${what} is in use`)),
    kept: "the one before stays in use",
    same: Pem.isSame
  })
  let last = yield* current
  const turn = Effect.map(current, (pair) => {
    last = pair
  })
  yield* Effect.forkScoped(Effect.schedule(turn, Schedule.spaced(LastGood.pause)))
  return () => last
})
