/** The serving certificate while the server runs: who connects sees the pair that the files hold. */
import { Effect, type FileSystem, type Path, Schedule, type Scope } from "effect"
import * as LastGood from "../LastGood.ts"
import * as Pem from "../Pem.ts"
import type { PemFileError } from "../PemFile.ts"
import * as Certificates from "./Certificates.ts"

/**
 * The pair, and from then on every other one that takes its place, for `use` to put in use. A pair that is of no use, such
 * as one that is only half written, leaves the one before in use.
 */
export const follow = Effect.fnUntraced(function*(
  options: Certificates.Options,
  use: (pair: Pem.Pair) => void
): Effect.fn.Return<Pem.Pair, PemFileError, FileSystem.FileSystem | Path.Path | Scope.Scope> {
  const current = LastGood.make(Certificates.load(options), {
    service: "ServingCertificate",
    replaced: (pair) =>
      Effect.andThen(Effect.sync(() => use(pair)), Effect.logInfo("a new serving certificate is in use")),
    kept: "the one before stays in use",
    same: Pem.isSame
  })
  const first = yield* current
  yield* Effect.forkScoped(Effect.schedule(current, Schedule.spaced(LastGood.pause)))
  return first
})
