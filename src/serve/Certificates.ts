/** The serving certificate: the one that is given, or a self-signed one that is kept for the next start. */
import { Clock, Effect, FileSystem, Option, Path, Result, Schema } from "effect"
import { createPrivateKey, X509Certificate } from "node:crypto"
import { isIP } from "node:net"
import * as SelfSigned from "./SelfSigned.ts"

/** The server has nothing that it could show to clients. */
export class CertificateError extends Schema.TaggedError<CertificateError>()("CertificateError", {
  file: Schema.String,
  problem: Schema.String,
  remedy: Schema.String
}) {
  override get message() {
    return `the serving certificate cannot be used: ${this.file} ${this.problem}; ${this.remedy}`
  }
}

export interface Options {
  /** Certificate and key that were given; without them a self-signed pair is made. */
  readonly given: Option.Option<{ readonly certFile: string; readonly keyFile: string }>
  /** Where a self-signed pair is kept. */
  readonly dir: string
  /** Names and addresses by which clients may reach a server with a self-signed pair. */
  readonly names: ReadonlyArray<string>
}

export const load = Effect.fn("Certificates.load")(function*(
  options: Options
): Effect.fn.Return<SelfSigned.Pair, CertificateError, FileSystem.FileSystem | Path.Path> {
  return yield* Option.match(options.given, {
    onSome: ({ certFile, keyFile }) => given(certFile, keyFile),
    onNone: () => selfSigned(options.dir, options.names)
  })
})

const given = Effect.fnUntraced(function*(certFile: string, keyFile: string) {
  const pair = { cert: yield* read(certFile), key: yield* read(keyFile) }
  const flaw = check(pair, yield* Clock.currentTimeMillis)
  return yield* Option.match(flaw, {
    onNone: () => Effect.succeed(pair),
    onSome: ({ part, problem, remedy }) =>
      Effect.fail(new CertificateError({ file: part === "cert" ? certFile : keyFile, problem, remedy }))
  })
})

const read = Effect.fnUntraced(function*(file: string) {
  const fs = yield* FileSystem.FileSystem
  return yield* fs.readFileString(file).pipe(
    Effect.mapError((error) =>
      new CertificateError({
        file,
        problem: `cannot be read (${error.message})`,
        remedy: "check --tls-cert-file and --tls-private-key-file, and who may read the files"
      })
    )
  )
})

/** Kept in the directory under the original's names, so that a restart shows clients the certificate they know. */
const selfSigned = Effect.fnUntraced(function*(dir: string, names: ReadonlyArray<string>) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const certFile = path.join(dir, "apiserver.crt")
  const keyFile = path.join(dir, "apiserver.key")
  const now = yield* Clock.currentTimeMillis

  const kept = yield* Effect.option(Effect.all({ cert: fs.readFileString(certFile), key: fs.readFileString(keyFile) }))
  if (Option.isSome(kept) && Option.isNone(check(kept.value, now)) && covers(kept.value.cert, names)) return kept.value

  const pair = yield* SelfSigned.make(names)
  yield* fs.makeDirectory(dir, { recursive: true }).pipe(
    Effect.andThen(fs.writeFileString(keyFile, pair.key, { mode: 0o600 })),
    Effect.andThen(fs.writeFileString(certFile, pair.cert)),
    Effect.mapError((error) =>
      new CertificateError({
        file: dir,
        problem: `cannot keep a self-signed certificate (${error.message})`,
        remedy: "point --cert-dir to a directory that may be written, or give a pair with --tls-cert-file and " +
          "--tls-private-key-file"
      })
    )
  )
  return pair
})

interface Flaw {
  readonly part: keyof SelfSigned.Pair
  readonly problem: string
  readonly remedy: string
}

/** What makes a pair unusable now, if anything. */
export const check = (pair: SelfSigned.Pair, now: number): Option.Option<Flaw> => {
  const cert = Result.try(() => new X509Certificate(pair.cert))
  if (Result.isFailure(cert)) {
    return flaw("cert", "holds no certificate", "it must be PEM, the server's own certificate first")
  }
  const key = Result.try(() => createPrivateKey(pair.key))
  if (Result.isFailure(key)) return flaw("key", "holds no private key", "it must be PEM and not encrypted")
  if (!cert.success.checkPrivateKey(key.success)) {
    return flaw("key", "is not the key of the certificate", "give the pair as it was issued")
  }
  const { validFromDate, validToDate } = cert.success
  if (now < validFromDate.getTime()) {
    return flaw("cert", `is not valid before ${validFromDate.toISOString()}`, "check this machine's clock")
  }
  if (now >= validToDate.getTime()) {
    return flaw("cert", `expired at ${validToDate.toISOString()}`, "have it renewed")
  }
  return Option.none()
}

const flaw = (part: Flaw["part"], problem: string, remedy: string) => Option.some({ part, problem, remedy })

const covers = (pem: string, names: ReadonlyArray<string>) => {
  const cert = new X509Certificate(pem)
  return names.every((name) => (isIP(name) === 0 ? cert.checkHost(name) : cert.checkIP(name)) !== undefined)
}
