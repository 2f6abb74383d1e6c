/** Certificates and keys in the files that flags name. */
import { Effect, FileSystem, Schema } from "effect"
import type { X509Certificate } from "node:crypto"
import * as LastGood from "./LastGood.ts"
import * as Pem from "./Pem.ts"

/** The file is of no use. */
export class PemFileError extends Schema.TaggedError<PemFileError>()("PemFileError", {
  flag: Schema.String,
  file: Schema.String,
  problem: Schema.String,
  remedy: Schema.String
}) {
  override get message() {
    return `cannot use --${this.flag}=${this.file}: ${this.problem}; ${this.remedy}`
  }
}

/** A file, and the flag that names it. */
export interface Named {
  readonly flag: string
  readonly file: string
}

/** As many certificates as the file holds. */
export interface Bundle {
  readonly certificates: ReadonlyArray<X509Certificate>
  /** They alone, one below the other, however the file had them. */
  readonly pem: string
}

const bundle = Effect.fnUntraced(function*(named: Named) {
  const fail = failing(named, "give a file of PEM certificates that may be read")
  const found = Pem.certificates(yield* read(named, fail))
  const certificates = yield* Effect.mapError(Effect.fromResult(found), fail)
  return { certificates, pem: Pem.text(certificates) } satisfies Bundle
})

/** Where a pair is written down. */
export interface Files {
  readonly cert: Named
  readonly key: Named
}

export const pair = Effect.fnUntraced(function*(files: Files) {
  const remedy = "give certificate and key as they were issued, in PEM files that may be read"
  const text = (named: Named) => read(named, failing(named, remedy))
  const pair: Pem.Pair = { cert: yield* text(files.cert), key: yield* text(files.key) }
  return yield* Effect.mapError(
    Effect.fromResult(Pem.open(pair)),
    ({ part, problem }) => failing(files[part], remedy)(problem)
  )
})

/** As the file says at each moment, and while it is broken as it said before; it must be good at first. */
export const followBundle = (named: Named) => follow(named, bundle(named), (one, other) => one.pem === other.pem)

export const followPair = (files: Files) => follow(files.cert, pair(files), Pem.isSame)

const follow = Effect.fnUntraced(function*<A>(
  { file, flag }: Named,
  read: Effect.Effect<A, PemFileError, FileSystem.FileSystem>,
  same: (one: A, other: A) => boolean
) {
  const fs = yield* FileSystem.FileSystem
  return yield* LastGood.follow(Effect.provideService(read, FileSystem.FileSystem, fs), {
    service: "PemFile",
    replaced: () => Effect.logInfo(`--${flag}: ${file} has changed and is in use`),
    kept: "what it held before stays in use",
    same
  })
})

const failing = (named: Named, remedy: string) => (problem: string) => new PemFileError({ ...named, problem, remedy })

const read = Effect.fnUntraced(function*({ file }: Named, fail: (problem: string) => PemFileError) {
  const fs = yield* FileSystem.FileSystem
  return yield* Effect.mapError(fs.readFileString(file), ({ reason }) => fail(`it cannot be read (${reason._tag})`))
})
