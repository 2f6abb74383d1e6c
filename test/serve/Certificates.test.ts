import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Option } from "effect"
import { TestClock } from "effect/testing"
import { X509Certificate } from "node:crypto"
import type { Pair } from "../../src/Pem.ts"
import * as Certificates from "../../src/serve/Certificates.ts"
import * as SelfSigned from "../../src/serve/SelfSigned.ts"

const names = ["localhost", "127.0.0.1", "::1"]

const selfSigned = (dir: string, forNames: ReadonlyArray<string> = names) =>
  Certificates.load({ given: Option.none(), dir, names: forNames })

const given = Effect.fnUntraced(function*(pair: Partial<Pair>) {
  const fs = yield* FileSystem.FileSystem
  const dir = yield* fs.makeTempDirectoryScoped()
  const files = { certFile: `${dir}/tls.crt`, keyFile: `${dir}/tls.key` }
  if (pair.cert !== undefined) yield* fs.writeFileString(files.certFile, pair.cert)
  if (pair.key !== undefined) yield* fs.writeFileString(files.keyFile, pair.key)
  return yield* Certificates.load({ given: Option.some(files), dir, names })
})

const tempDir = Effect.gen(function*() {
  return yield* (yield* FileSystem.FileSystem).makeTempDirectoryScoped()
})

describe("serving certificates", () => {
  it.effect("a self-signed pair is for the names given, for a year, and kept for the next start", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const dir = `${yield* tempDir}/not/there/yet`
      const first = yield* selfSigned(dir)
      const cert = new X509Certificate(first.cert)
      assert.isDefined(cert.checkHost("localhost"))
      assert.isDefined(cert.checkIP("127.0.0.1"))
      assert.isDefined(cert.checkIP("::1"))
      assert.isUndefined(cert.checkHost("example.com"))
      assert.strictEqual(cert.validToDate.toISOString(), "1971-01-01T00:00:00.000Z")
      assert.strictEqual(Number((yield* fs.stat(`${dir}/apiserver.key`)).mode) & 0o777, 0o600)
      assert.deepStrictEqual(yield* selfSigned(dir), first)
    }).pipe(Effect.provide(NodeServices.layer)))

  it.effect("a kept pair is replaced when it has expired, lacks a name or is broken", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const dir = yield* tempDir
      const first = yield* selfSigned(dir)
      yield* TestClock.adjust("366 days")
      const second = yield* selfSigned(dir)
      assert.notStrictEqual(second.cert, first.cert)
      const third = yield* selfSigned(dir, [...names, "metrics-server.kube-system.svc"])
      assert.notStrictEqual(third.cert, second.cert)
      yield* fs.writeFileString(`${dir}/apiserver.key`, first.key)
      const fourth = yield* selfSigned(dir)
      assert.notStrictEqual(fourth.cert, third.cert)
      assert.deepStrictEqual(yield* selfSigned(dir), fourth)
    }).pipe(Effect.provide(NodeServices.layer)))

  it.effect("a directory that cannot be written is named, with the way out", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(selfSigned("/dev/null/certificates"))
      assert.strictEqual(error.file, "/dev/null/certificates")
      assert.include(error.message, "--cert-dir")
    }).pipe(Effect.provide(NodeServices.layer)))

  it.effect("a directory that nobody can make is named, too, and not tried for ever", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(selfSigned("/proc/nowhere/certificates"))
      assert.strictEqual(error.file, "/proc/nowhere/certificates")
      assert.include(error.message, "--cert-dir")
    }).pipe(Effect.provide(NodeServices.layer)))

  it.effect("a given pair is used as it is", () =>
    Effect.gen(function*() {
      const pair = yield* SelfSigned.make(["example.com"])
      const { certificate, ...used } = yield* given(pair)
      assert.deepStrictEqual(used, pair)
      assert.strictEqual(certificate.subjectAltName, "DNS:example.com")
    }).pipe(Effect.provide(NodeServices.layer)))

  const broken: ReadonlyArray<
    readonly [
      what: string,
      (pair: Pair, other: Pair) => Partial<Pair>,
      expected: RegExp
    ]
  > = [
    [
      "a missing certificate",
      ({ key }) => ({ key }),
      /--tls-cert-file=.*tls\.crt: it cannot be read \(NotFound\); give /
    ],
    ["a missing key", ({ cert }) => ({ cert }), /--tls-private-key-file=.*tls\.key: it cannot be read/],
    [
      "a certificate that is none",
      ({ key }) => ({ cert: "hello", key }),
      /tls\.crt: it holds no certificate in PEM; give /
    ],
    ["a key that is none", ({ cert }) => ({ cert, key: "hello" }), /tls\.key: it holds no private key in PEM/],
    [
      "a key of another certificate",
      ({ cert }, { key }) => ({ cert, key }),
      /tls\.key: it is not the key of the certificate/
    ]
  ]
  it.effect.each(broken)("%s is refused with the file and what to do", ([, spoil, expected]) =>
    Effect.gen(function*() {
      const pair = spoil(yield* SelfSigned.make(names), yield* SelfSigned.make(names))
      assert.match((yield* Effect.flip(given(pair))).message, expected)
    }).pipe(Effect.provide(NodeServices.layer)))
})
