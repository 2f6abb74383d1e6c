/** Are the certificates of use that flags name? They are read as the server reads them, which does not start without them. */
import { Clock, Effect, Option } from "effect"
import * as PemFile from "../PemFile.ts"
import type * as AuthenticationConfig from "../serve/auth/AuthenticationConfig.ts"
import * as Certificates from "../serve/Certificates.ts"
import type { NamedCertificate } from "../serve/NamedCertificate.ts"
import * as X509 from "../X509.ts"
import * as Finding from "./Finding.ts"

/** What people call a file. */
export const titleOf = ({ file, flag }: PemFile.Named) => `--${flag}=${file}`

/** Whom to believe: of clients, and of the front proxy. */
export const authorities = ({ clientCaFile, requestHeader }: AuthenticationConfig.Options) => [
  ...Option.toArray(clientCaFile).map((file) => bundle({ flag: "client-ca-file", file })),
  ...Option.toArray(requestHeader.clientCaFile).map((file) => bundle({ flag: "requestheader-client-ca-file", file }))
]

export interface Serving {
  readonly certFile: Option.Option<string>
  readonly keyFile: Option.Option<string>
  readonly tlsSniCertKey: ReadonlyArray<NamedCertificate>
}

/** What is shown to clients: to all, and to those that name a server. */
export const pairs = ({ certFile, keyFile, tlsSniCertKey }: Serving) => [
  ...Option.toArray(Option.all({ certFile, keyFile })).map((files) => pair(Certificates.filesOf(files))),
  ...tlsSniCertKey.map(({ certFile, keyFile }) => {
    const flag = "tls-sni-cert-key"
    return pair({ cert: { flag, file: certFile }, key: { flag, file: keyFile } })
  })
]

/** With authorities that have expired the server starts, and nobody gets in by them. */
const bundle = Effect.fnUntraced(function*(named: PemFile.Named) {
  const { broken, ok } = Finding.of("aggregation")
  const { certificates } = yield* Effect.flatten(PemFile.followBundle(named))
  const now = yield* Clock.currentTimeMillis
  const flaws = certificates.map((it) => X509.outsideValidity(it, now))
  return flaws.every((flaw) => flaw !== undefined)
    ? [broken(titleOf(named), `no authority in it is valid: ${flaws[0]}`, "put the present one there")]
    : [ok(titleOf(named), `believed are ${certificates.map(X509.subjectOf).join("; ")}`)]
})

/** With a pair that has expired the server starts, and shows it. */
const pair = Effect.fnUntraced(function*(files: PemFile.Files) {
  const { broken, ok } = Finding.of("serving-certificate")
  const shown = yield* PemFile.pair(files)
  const { certificate } = shown
  const flaw = yield* Certificates.flaw(files.cert, shown)
  return flaw === undefined
    ? [ok(titleOf(files.cert), `${X509.subjectOf(certificate)}, valid until ${certificate.validToDate.toISOString()}`)]
    : [broken(titleOf(files.cert), flaw.problem, flaw.remedy)]
})
