/** The serving certificate while the server runs: who connects sees the pair that the files hold. */
import { Cause, Effect, type FileSystem, type Path, Schedule, type Scope } from "effect"
import * as Certificates from "./Certificates.ts"
import type { Pair } from "./SelfSigned.ts"

/**
 * The pair, and from then on every other one that takes its place, for `use` to put in use. A pair that is of no use, such
 * as one that is only half written, leaves the one before in use.
 */
export const follow = Effect.fnUntraced(function*(
  options: Certificates.Options,
  use: (pair: Pair) => void
): Effect.fn.Return<Pair, Certificates.CertificateError, FileSystem.FileSystem | Path.Path | Scope.Scope> {
  const first = yield* Certificates.load(options)
  let last = first
  let complaint = ""

  const replaced = Effect.fnUntraced(function*(pair: Pair) {
    complaint = ""
    if (pair.cert === last.cert && pair.key === last.key) return
    use(pair)
    last = pair
    yield* Effect.logInfo("a new serving certificate is in use")
  })
  const kept = Effect.fnUntraced(function*(message: string) {
    if (complaint === message) return
    complaint = message
    yield* Effect.logWarning(`${message}; the one before stays in use`)
  })

  yield* Certificates.load(options).pipe(
    Effect.flatMap(replaced),
    Effect.catchTag("CertificateError", ({ message }) => kept(message)),
    Effect.catchCause((cause) => kept(`the serving certificate cannot be replaced: ${Cause.pretty(cause)}`)),
    Effect.schedule(Schedule.spaced("10 seconds")),
    Effect.annotateLogs({ service: "ServingCertificate" }),
    Effect.forkScoped
  )
  return first
})
