/** The serving certificate: the one that is given, or a self-signed one that is kept for the next start. */
import { Clock, Effect, FileSystem, Option, Path, type PlatformError } from "effect"
import { X509Certificate } from "node:crypto"
import * as Pem from "../Pem.ts"
import * as PemFile from "../PemFile.ts"
import * as X509 from "../X509.ts"
import * as SelfSigned from "./SelfSigned.ts"

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
): Effect.fn.Return<Pem.Opened, PemFile.PemFileError, FileSystem.FileSystem | Path.Path> {
  return yield* Option.match(options.given, {
    onSome: (files) => PemFile.pair(filesOf(files)),
    onNone: () => selfSigned(options.dir, options.names)
  })
})

/** The files of a pair, and the flags that name them. */
export const filesOf = (
  { certFile, keyFile }: { readonly certFile: string; readonly keyFile: string }
): PemFile.Files => ({
  cert: { flag: "tls-cert-file", file: certFile },
  key: { flag: "tls-private-key-file", file: keyFile }
})

/** Why a pair is not good for clients at this moment; nothing while it is. */
export const flaw = (named: PemFile.Named, { certificate }: Pem.Opened) =>
  Effect.map(Clock.currentTimeMillis, (now) => {
    const problem = X509.outsideValidity(certificate, now)
    const remedy = "have it renewed, or check the clock of this machine"
    return problem === undefined ? undefined : new PemFile.PemFileError({ ...named, problem, remedy })
  })

/** Kept in the directory under the original's names, so that a restart shows clients the certificate they know. */
const selfSigned = Effect.fnUntraced(function*(dir: string, names: ReadonlyArray<string>) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const certFile = path.join(dir, "apiserver.crt")
  const keyFile = path.join(dir, "apiserver.key")
  const now = yield* Clock.currentTimeMillis

  const kept = yield* Effect.all({ cert: fs.readFileString(certFile), key: fs.readFileString(keyFile) }).pipe(
    Effect.flatMap((pair) => Effect.fromResult(Pem.open(pair))),
    Effect.option
  )
  if (Option.isSome(kept) && isGood(kept.value.certificate, names, now)) return kept.value

  const pair = yield* SelfSigned.make(names)
  yield* makeDirectory(dir).pipe(
    Effect.andThen(fs.writeFileString(keyFile, pair.key, { mode: 0o600 })),
    Effect.andThen(fs.writeFileString(certFile, pair.cert)),
    Effect.mapError((error) =>
      new PemFile.PemFileError({
        flag: "cert-dir",
        file: dir,
        problem: `a self-signed certificate cannot be kept there (${error.message})`,
        remedy: "give a directory that may be written, or a pair with --tls-cert-file and --tls-private-key-file"
      })
    )
  )
  return { ...pair, certificate: new X509Certificate(pair.cert) }
})

/** Level by level: Node.js by itself would try for ever where a directory that is there takes no other, such as /proc. */
const makeDirectory = Effect.fnUntraced(function*(
  dir: string
): Effect.fn.Return<void, PlatformError.PlatformError, FileSystem.FileSystem | Path.Path> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const parent = path.dirname(dir)
  const make = Effect.catchReason(fs.makeDirectory(dir), "PlatformError", "AlreadyExists", () => Effect.void)
  yield* Effect.catchReason(
    make,
    "PlatformError",
    "NotFound",
    (_, error) => parent === dir ? Effect.fail(error) : Effect.andThen(makeDirectory(parent), make)
  )
})

const isGood = (it: X509Certificate, names: ReadonlyArray<string>, now: number) =>
  X509.outsideValidity(it, now) === undefined && names.every((name) => X509.covers(it, name))
