import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import {
  ConfigProvider,
  Context,
  Effect,
  Fiber,
  FileSystem,
  Layer,
  Option,
  type Path,
  Schema,
  type Scope
} from "effect"
import { HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { Kube } from "../../src/kube/Kube.ts"
import * as Pki from "../fixtures/Pki.ts"
import * as TlsApiServer from "../fixtures/TlsApiServer.ts"
import { base64, files, kubeconfig, kubeOf } from "../fixtures/TlsApiServer.ts"

const Answer = Schema.Struct({
  user: Schema.optionalKey(Schema.String),
  path: Schema.String,
  impersonates: Schema.optionalKey(Schema.String)
})

const whoami = (kube: Kube["Service"]) =>
  kube.http.get("/whoami").pipe(Effect.flatMap(HttpClientResponse.schemaBodyJson(Answer)))

const user = (kube: Kube["Service"]) => Effect.map(whoami(kube), ({ user }) => user)

const test = (
  name: string,
  body: () => Effect.Effect<void, unknown, FileSystem.FileSystem | Path.Path | Scope.Scope>
) => it.effect(name, () => Effect.provide(body(), NodeServices.layer))

/** A user whose credential plugin prints a file. */
const printing = (file: string) => ({ exec: { command: "/bin/cat", args: [file] } })

const credentialOf = (token: string) => JSON.stringify({ kind: "ExecCredential", status: { token } })

/** By no clock of the test's. */
const turn = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))

const soon = <A>(ask: Effect.Effect<Option.Option<A>>, enough: (answer: Option.Option<A>) => boolean) =>
  Effect.gen(function*() {
    for (;;) {
      const answer = yield* Effect.andThen(turn, ask)
      if (enough(answer)) return answer
    }
  })

describe("by a kubeconfig", () => {
  test("a bearer token and the authority as data", () =>
    Effect.gen(function*() {
      const { ca, entry } = yield* TlsApiServer.make()
      const { kube } = yield* kubeOf({ ...entry, server: `${entry.server}/prefix` }, { token: "secret", as: "jane" })
      assert.deepStrictEqual(yield* whoami(kube), {
        user: "Bearer secret",
        path: "/prefix/whoami",
        impersonates: "jane"
      })
      assert.deepStrictEqual(yield* kube.credentials, {
        authorization: Option.some("Bearer secret"),
        ca: Option.some(`${ca.cert.trim()}\n`),
        cert: Option.none(),
        key: Option.none()
      })
    }))

  test("a client certificate and the authority as files beside it", () =>
    Effect.gen(function*() {
      const { ca, server } = yield* TlsApiServer.make()
      const { cert, key } = yield* ca.client({ cn: "metrics-server", o: ["system:masters"] })
      const { kube } = yield* kubeOf(
        { server, "certificate-authority": "ca.crt" },
        { "client-certificate": "client.crt", "client-key": "client.key" },
        { "ca.crt": ca.cert, "client.crt": cert, "client.key": key }
      )
      assert.strictEqual(yield* user(kube), "metrics-server")
      assert.deepStrictEqual((yield* kube.credentials).cert, Option.some(cert.trim()))
    }))

  test("what it holds as data stands above the files beside it", () =>
    Effect.gen(function*() {
      const { ca, entry } = yield* TlsApiServer.make()
      const ours = yield* ca.client({ cn: "metrics-server" })
      const other = yield* Pki.authority("other")
      const theirs = yield* other.client({ cn: "other" })
      const { kube } = yield* kubeOf(
        { ...entry, "certificate-authority": "ca.crt" },
        {
          "client-certificate": "client.crt",
          "client-certificate-data": base64(ours.cert),
          "client-key": "client.key",
          "client-key-data": base64(ours.key)
        },
        { "ca.crt": other.cert, "client.crt": theirs.cert, "client.key": theirs.key }
      )
      assert.strictEqual(yield* user(kube), "metrics-server")
    }))

  test("a user name and a password, and no authority at all", () =>
    Effect.gen(function*() {
      const { server } = yield* TlsApiServer.make()
      const { kube } = yield* kubeOf(
        { server, "insecure-skip-tls-verify": true },
        { username: "admin", password: "p:w" }
      )
      assert.strictEqual(yield* user(kube), `Basic ${base64("admin:p:w")}`)
    }))

  test("a credential plugin, run by client-node, and run again when it failed", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { entry } = yield* TlsApiServer.make()
      const credential = `${yield* files({})}/credential`
      const { kube } = yield* kubeOf(entry, printing(credential))
      const { message } = yield* Effect.flip(kube.credentials)
      assert.include(message, "the user's credential plugin failed")
      assert.include(message, credential)

      yield* fs.writeFileString(credential, credentialOf("plugged"))
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* user(kube), "Bearer plugged")
    }))

  test("a credential plugin is asked again at once when its token is refused", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { entry } = yield* TlsApiServer.make()
      const credential = `${yield* files({ credential: credentialOf("old") })}/credential`
      const { kube } = yield* kubeOf(entry, printing(credential))
      assert.strictEqual(yield* user(kube), "Bearer old")
      yield* fs.writeFileString(credential, credentialOf("new"))
      assert.strictEqual(yield* user(kube), "Bearer new")
    }))

  test("another credential plugin than before is followed", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { entry } = yield* TlsApiServer.make()
      const credentials = yield* files({ one: credentialOf("one"), two: credentialOf("two") })
      const { directory, kube } = yield* kubeOf(entry, printing(`${credentials}/one`))
      assert.strictEqual(yield* user(kube), "Bearer one")
      yield* fs.writeFileString(`${directory}/kubeconfig`, kubeconfig(entry, printing(`${credentials}/two`)))
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* user(kube), "Bearer two")
    }))

  test("a credential plugin that takes its time is not waited for, and is killed", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { entry } = yield* TlsApiServer.make()
      const pidFile = `${yield* files({})}/pid`
      const args = ["-c", `echo $$ > ${pidFile}.new && mv ${pidFile}.new ${pidFile} && exec sleep 600`]
      const { kube } = yield* kubeOf(entry, { exec: { command: "/bin/sh", args } })
      const waiting = yield* Effect.forkChild(Effect.flip(kube.credentials), { startImmediately: true })
      const pid = yield* soon(Effect.option(fs.readFileString(pidFile)), Option.isSome)
      yield* TestClock.adjust("9 seconds")
      assert.isUndefined(waiting.pollUnsafe())
      yield* TestClock.adjust("1 second")
      assert.include((yield* Fiber.join(waiting)).message, "no credentials within 10 seconds")
      yield* soon(Effect.option(Effect.try(() => process.kill(Number(Option.getOrThrow(pid)), 0))), Option.isNone)
    }))

  test("a provider's token, as long as it is valid", () =>
    Effect.gen(function*() {
      const { entry } = yield* TlsApiServer.make()
      const token = ["{}", JSON.stringify({ exp: 4_102_444_800 }), "signed"].map((part) =>
        Buffer.from(part).toString("base64url")
      ).join(".")
      const config = { "id-token": token, "client-id": "metrics-server", "idp-issuer-url": "https://127.0.0.1:1" }
      const { kube } = yield* kubeOf(entry, { "auth-provider": { name: "oidc", config } })
      assert.strictEqual(yield* user(kube), `Bearer ${token}`)
    }))
})

describe("from inside the cluster", () => {
  const build = (serviceAccount: string, environment: object) =>
    Layer.build(Kube.layer({ kubeconfig: Option.none(), serviceAccount })).pipe(
      Effect.map(Context.get(Kube)),
      Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(environment)))
    )

  test("the service account of the pod", () =>
    Effect.gen(function*() {
      const { ca, server } = yield* TlsApiServer.make()
      const serviceAccount = yield* files({ "ca.crt": ca.cert, token: "mounted" })
      const kube = yield* build(serviceAccount, {
        KUBERNETES_SERVICE_HOST: "127.0.0.1",
        KUBERNETES_SERVICE_PORT: new URL(server).port
      })
      assert.strictEqual(yield* user(kube), "Bearer mounted")
    }))

  test("a pod without one is told what is missing", () =>
    Effect.gen(function*() {
      const { message } = yield* Effect.flip(build("/nowhere", {}))
      assert.strictEqual(
        message,
        "cannot use service account /nowhere: the environment has no KUBERNETES_SERVICE_HOST; " +
          "the environment has no KUBERNETES_SERVICE_PORT; " +
          "run in a pod that mounts its service-account token, or give --kubeconfig"
      )
    }))
})

describe("files that change", () => {
  test("a token is read again after ten seconds, or at once when it is refused", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { entry } = yield* TlsApiServer.make()
      const { directory, kube } = yield* kubeOf(entry, { tokenFile: "token" }, { token: "first\n" })
      assert.strictEqual(yield* user(kube), "Bearer first")

      yield* fs.writeFileString(`${directory}/token`, "old")
      assert.strictEqual(yield* user(kube), "Bearer first")
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* user(kube), "Bearer old")

      yield* fs.writeFileString(`${directory}/token`, "third")
      assert.strictEqual(yield* user(kube), "Bearer third")
    }))

  test("what breaks stays in use as it was, and what is replaced is followed", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const [before, after] = yield* Effect.all([TlsApiServer.make(), TlsApiServer.make()])
      const cluster = { "certificate-authority": "ca.crt" }
      const { directory, kube } = yield* kubeOf(
        { ...cluster, server: before.server },
        { token: "one" },
        { "ca.crt": before.ca.cert }
      )
      assert.strictEqual(yield* user(kube), "Bearer one")

      yield* fs.writeFileString(`${directory}/ca.crt`, "half a certi")
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* user(kube), "Bearer one")

      yield* fs.writeFileString(`${directory}/ca.crt`, after.ca.cert)
      yield* fs.writeFileString(
        `${directory}/kubeconfig`,
        kubeconfig({ ...cluster, server: after.server }, { token: "two" })
      )
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* user(kube), "Bearer two")
    }))

  test("a client certificate that is replaced is shown with the next request", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { ca, entry } = yield* TlsApiServer.make()
      const [first, second] = yield* Effect.all([ca.client({ cn: "first" }), ca.client({ cn: "second" })])
      const { directory, kube } = yield* kubeOf(
        entry,
        { "client-certificate": "client.crt", "client-key": "client.key" },
        { "client.crt": first.cert, "client.key": first.key }
      )
      assert.strictEqual(yield* user(kube), "first")
      yield* fs.writeFileString(`${directory}/client.crt`, second.cert)
      yield* fs.writeFileString(`${directory}/client.key`, second.key)
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* user(kube), "second")
    }))

  test("a request that is under way while they are replaced ends where it began", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { asked, go, listener } = yield* TlsApiServer.holding(TlsApiServer.whoami)
      const { ca, server } = yield* TlsApiServer.make({ listener })
      const { directory, kube } = yield* kubeOf(
        { server, "certificate-authority": "ca.crt" },
        { token: "t" },
        { "ca.crt": ca.cert }
      )
      const held = yield* Effect.forkChild(kube.http.get("/held"))
      yield* asked
      yield* fs.writeFileString(`${directory}/ca.crt`, ca.cert + (yield* Pki.authority("another")).cert)
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* user(kube), "Bearer t")
      yield* go
      assert.strictEqual((yield* Fiber.join(held)).status, 200)
    }))
})

describe("files that cannot be used", () => {
  test("a missing kubeconfig is named, with what to do", () =>
    Effect.gen(function*() {
      const { message } = yield* Effect.flip(Layer.build(Kube.layer({ kubeconfig: Option.some("/nowhere/config") })))
      assert.strictEqual(
        message,
        "cannot use kubeconfig /nowhere/config: the file cannot be read (NotFound); " +
          "correct the file, or give another with --kubeconfig"
      )
    }))

  test("everything that is wrong with what a kubeconfig names is said at once", () =>
    Effect.gen(function*() {
      const cluster = { server: "https://127.0.0.1:1", "certificate-authority": "ca.crt" }
      const certificate = { "client-certificate": "client.crt", tokenFile: "token" }
      const contents = { "ca.crt": "no certificate", "client.crt": "none either" }
      const { problems } = yield* Effect.flip(kubeOf(cluster, certificate, contents))
      const fields = problems.map((problem) => problem.split(":")[0])
      assert.deepStrictEqual(fields, ["tokenFile", "certificate-authority", "client-key"])
    }))

  test("a client certificate and a key of another pair are refused", () =>
    Effect.gen(function*() {
      const { ca, entry } = yield* TlsApiServer.make()
      const [one, other] = yield* Effect.all([ca.client({ cn: "one" }), ca.client({ cn: "other" })])
      const mixed = { "client-certificate-data": base64(one.cert), "client-key-data": base64(other.key) }
      const { problems } = yield* Effect.flip(kubeOf(entry, mixed))
      assert.deepStrictEqual(problems, ["client-key: it is not the key of the certificate"])
    }))
})
