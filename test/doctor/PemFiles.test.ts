/** What follows from the certificates in files that flags name. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, layer } from "@effect/vitest"
import { Effect, FileSystem, Option } from "effect"
import { TestClock } from "effect/testing"
import * as PemFiles from "../../src/doctor/PemFiles.ts"
import { issue } from "../fixtures/Certificates.ts"

const now = Date.UTC(2026, 10, 25)

/** A file that holds this. */
const write = Effect.fnUntraced(function*(text: string) {
  yield* TestClock.setTime(now)
  const fs = yield* FileSystem.FileSystem
  const file = yield* fs.makeTempFileScoped()
  yield* fs.writeFileString(file, text)
  return file
})

const authoritiesOf = (flag: "client-ca-file" | "requestheader-client-ca-file", file: string) => {
  const [clientCaFile, ofProxy] = flag === "client-ca-file"
    ? [Option.some(file), Option.none()]
    : [Option.none(), Option.some(file)]
  const headers = { usernameHeaders: [], uidHeaders: [], groupHeaders: [], extraHeaderPrefixes: [] }
  return PemFiles.authorities({
    clientCaFile,
    requestHeader: { ...headers, clientCaFile: ofProxy, allowedNames: [] },
    skipLookup: false,
    tolerateLookupFailure: false
  })
}

const nothing: PemFiles.Serving = { certFile: Option.none(), keyFile: Option.none(), tlsSniCertKey: [] }

const shown = (certFile: string, keyFile: string) =>
  PemFiles.pairs({ ...nothing, certFile: Option.some(certFile), keyFile: Option.some(keyFile) })

const named = (certFile: string, keyFile: string) =>
  PemFiles.pairs({ ...nothing, tlsSniCertKey: [{ certFile, keyFile, names: [] }] })

layer(NodeServices.layer)("a flag", (it) => {
  it.effect.each(["client-ca-file", "requestheader-client-ca-file"] as const)(
    "--%s says whom it has, when a file is not there, and when it is no PEM",
    (flag) =>
      Effect.gen(function*() {
        const { cert } = yield* issue({ cn: "some-ca", ca: true })
        const good = yield* write(cert)
        const text = yield* write("hello")
        assert.deepStrictEqual(yield* Effect.all(authoritiesOf(flag, good)), [[{
          check: "aggregation",
          severity: "ok",
          subject: `--${flag}=${good}`,
          seen: "believed are CN=some-ca"
        }]])
        const [missing] = yield* Effect.all(authoritiesOf(flag, "/nonexistent").map(Effect.flip))
        assert.deepInclude(missing, { flag, file: "/nonexistent", problem: "it cannot be read (NotFound)" })
        const [noPem] = yield* Effect.all(authoritiesOf(flag, text).map(Effect.flip))
        assert.deepInclude(noPem, { flag, file: text, problem: "it holds no certificate in PEM" })
      })
  )

  it.effect("that names authorities alone that have expired lets nobody in by them", () =>
    Effect.gen(function*() {
      const spent = yield* issue({ cn: "some-ca", ca: true, notAfter: new Date(now - 1000) })
      const { cert } = yield* issue({ cn: "some-ca", ca: true })
      const [finding] = (yield* Effect.all(authoritiesOf("client-ca-file", yield* write(spent.cert)))).flat()
      assert.deepInclude(finding, {
        severity: "broken",
        seen: "no authority in it is valid: it expired at 2026-11-24T23:59:59.000Z"
      })
      const [other] = (yield* Effect.all(authoritiesOf("client-ca-file", yield* write(spent.cert + cert)))).flat()
      assert.deepInclude(other, { severity: "ok" })
    }))

  it.effect.each(
    [
      ["tls-cert-file", "tls-private-key-file", shown],
      ["tls-sni-cert-key", "tls-sni-cert-key", named]
    ] as const
  )(
    "--%s says for whom the pair is, and what is wrong with it otherwise",
    ([certFlag, keyFlag, check]) =>
      Effect.gen(function*() {
        const one = yield* issue({ cn: "one" })
        const other = yield* issue({ cn: "other" })
        const spent = yield* issue({ cn: "spent", notAfter: new Date(now - 1000) })
        const [cert, key] = [yield* write(one.cert), yield* write(one.key)]
        assert.deepStrictEqual(yield* Effect.all(check(cert, key)), [[{
          check: "serving-certificate",
          severity: "ok",
          subject: `--${certFlag}=${cert}`,
          seen: "CN=one, valid until 2049-12-31T00:00:00.000Z"
        }]])
        const problem = (certFile: string, keyFile: string) =>
          Effect.map(
            Effect.all(check(certFile, keyFile).map(Effect.flip)),
            (errors) => errors.map(({ flag, problem }) => [flag, problem])
          )
        assert.deepStrictEqual(yield* problem("/nonexistent", key), [[certFlag, "it cannot be read (NotFound)"]])
        assert.deepStrictEqual(yield* problem(cert, yield* write(other.key)), [[
          keyFlag,
          "it is not the key of the certificate"
        ]])
        const found = yield* Effect.all(check(yield* write(spent.cert), yield* write(spent.key)))
        assert.deepStrictEqual(found.flat().map(({ seen, severity }) => [severity, seen]), [
          ["broken", "it expired at 2026-11-24T23:59:59.000Z"]
        ])
      })
  )

  it.effect("that names no file is not looked at", () =>
    Effect.sync(() => assert.deepStrictEqual(PemFiles.pairs(nothing), [])))
})
