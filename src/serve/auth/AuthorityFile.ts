/** Authorities in a file that a flag names: read again every now and then, so that it may be replaced. */
import { Effect, FileSystem, Schema } from "effect"
import * as CertificateAuthority from "./CertificateAuthority.ts"

/** The file is of no use. */
export class AuthorityFileError extends Schema.TaggedError<AuthorityFileError>()("AuthorityFileError", {
  flag: Schema.String,
  file: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `cannot use --${this.flag}=${this.file}: ${this.problem}; give a file of PEM certificates that may be read`
  }
}

/** As the file says; it must be good at first, and when it is broken later, the last good one stays in use. */
export const follow = Effect.fnUntraced(function*(flag: string, file: string): Effect.fn.Return<
  Effect.Effect<CertificateAuthority.CertificateAuthority>,
  AuthorityFileError,
  FileSystem.FileSystem
> {
  const fs = yield* FileSystem.FileSystem
  const fail = (problem: string) => new AuthorityFileError({ flag, file, problem })
  const read = Effect.gen(function*() {
    const pem = yield* Effect.mapError(
      fs.readFileString(file),
      (error) => fail(`it cannot be read (${error.reason._tag})`)
    )
    const authority = yield* Effect.mapError(Effect.fromResult(CertificateAuthority.parse(pem)), fail)
    return { pem, authority }
  })

  let last = yield* read
  let complaint = ""

  const replaced = Effect.fnUntraced(function*(found: typeof last) {
    complaint = ""
    // An equal bundle stays the same object, which knows whom it has verified.
    if (found.pem === last.pem) return
    last = found
    yield* Effect.logInfo(`--${flag}: ${file} has changed and is in use`)
  })
  const kept = Effect.fnUntraced(function*({ message }: AuthorityFileError) {
    if (complaint === message) return
    complaint = message
    yield* Effect.logWarning(`${message}; what it held before stays in use`)
  })

  return yield* read.pipe(
    Effect.matchEffect({ onSuccess: replaced, onFailure: kept }),
    Effect.map(() => last.authority),
    Effect.annotateLogs({ service: "AuthorityFile" }),
    Effect.cachedWithTTL("10 seconds")
  )
})
