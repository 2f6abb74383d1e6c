import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, FileSystem, Layer, Logger, Option, Result, type Scope } from "effect"
import { TestClock } from "effect/testing"
import { AuthenticationConfig, type Config, type Options } from "../../../src/serve/auth/AuthenticationConfig.ts"
import { type Holder, issue } from "../../fixtures/Certificates.ts"
import * as ScriptedServer from "../../fixtures/ScriptedServer.ts"
import { list, settle, status } from "../../fixtures/ScriptedServer.ts"

const now = Date.parse("2026-11-23T12:00:00Z")

const options: Options = {
  clientCaFile: Option.none(),
  requestHeader: {
    clientCaFile: Option.none(),
    allowedNames: ["flagged"],
    usernameHeaders: ["x-remote-user"],
    uidHeaders: [],
    groupHeaders: ["x-remote-group"],
    extraHeaderPrefixes: ["x-remote-extra-"]
  },
  skipLookup: false,
  tolerateLookupFailure: false
}

const start = Effect.fnUntraced(function*(more: Partial<Options> = {}) {
  const server = yield* ScriptedServer.make
  const logs: Array<string> = []
  const layer = Layer.provide(AuthenticationConfig.layer({ ...options, ...more }), server.layer)
  const logger = Logger.layer([Logger.make(({ message }) => logs.push(String(message)))])
  const { current } = Context.get(yield* Effect.provide(Layer.build(layer), logger), AuthenticationConfig)
  return { server, logs, current: Effect.provide(Effect.suspend(current), logger) }
})

const configMap = (resourceVersion: string, data: Readonly<Record<string, string>>) => ({
  kind: "ConfigMap",
  metadata: { namespace: "kube-system", name: "extension-apiserver-authentication", resourceVersion },
  data
})

const requestHeaderData = (ca: string) => ({
  "requestheader-client-ca-file": ca,
  "requestheader-allowed-names": `["front-proxy-client"]`,
  "requestheader-username-headers": `["X-Remote-User"]`,
  "requestheader-uid-headers": `["X-Remote-Uid"]`,
  "requestheader-group-headers": `["X-Remote-Group"]`,
  "requestheader-extra-headers-prefix": `["X-Remote-Extra-"]`
})

/** Two authorities, and who is signed by each. */
const pki = Effect.gen(function*() {
  const [first, second] = yield* Effect.all([issue({ cn: "first", ca: true }), issue({ cn: "second", ca: true })])
  const clients = yield* Effect.all({ first: issue({ cn: "a", by: first }), second: issue({ cn: "b", by: second }) })
  return { first, second, clients }
})

/** Whose clients the current configuration believes. */
const believed = Effect.fnUntraced(function*(
  current: Effect.Effect<Config>,
  clients: Readonly<Record<string, Holder>>
) {
  const { clientAuthority } = yield* current
  return Object.keys(clients).filter((name) =>
    Option.exists(clientAuthority, (it) => Result.isSuccess(it.verify([clients[name]!.certificate], now)))
  )
})

const test = (
  name: string,
  body: () => Effect.Effect<void, unknown, NodeServices.NodeServices | Scope.Scope>
) => it.effect(name, () => Effect.provide(body(), NodeServices.layer))

describe("whom to believe", () => {
  test("is what the cluster publishes, and follows it without a restart", () =>
    Effect.gen(function*() {
      const { clients, first, second } = yield* pki
      const { current, server } = yield* start()
      const asked = yield* server.next
      assert.strictEqual(asked.path, "/api/v1/namespaces/kube-system/configmaps")
      assert.strictEqual(asked.params["fieldSelector"], "metadata.name=extension-apiserver-authentication")
      assert.isFalse((yield* current).complete)

      const published = { "client-ca-file": first.cert, ...requestHeaderData(second.cert) }
      yield* asked.reply(list("1", [configMap("1", published)]))
      const watch = yield* (yield* server.next).open
      yield* settle
      assert.isTrue((yield* current).complete)
      assert.deepStrictEqual(yield* believed(current, clients), ["first"])
      const { authority, ...rest } = Option.getOrThrow((yield* current).requestHeader)
      assert.isTrue(Result.isSuccess(authority.verify([clients.second.certificate], now)))
      assert.deepStrictEqual(rest, {
        allowedNames: ["front-proxy-client"],
        headerNames: {
          usernameHeaders: ["X-Remote-User"],
          uidHeaders: ["X-Remote-Uid"],
          groupHeaders: ["X-Remote-Group"],
          extraHeaderPrefixes: ["X-Remote-Extra-"]
        }
      })

      yield* watch.send({ type: "MODIFIED", object: configMap("2", { "client-ca-file": second.cert }) })
      yield* settle
      assert.deepStrictEqual(yield* believed(current, clients), ["second"])
      assert.deepStrictEqual((yield* current).requestHeader, Option.none())
    }))

  test("has no names where it says nothing or null, and all else that it says", () =>
    Effect.gen(function*() {
      const { clients, first, second } = yield* pki
      const { current, server } = yield* start()
      yield* (yield* server.next).reply(list("1", [configMap("1", {
        "client-ca-file": first.cert,
        ...requestHeaderData(second.cert),
        "requestheader-allowed-names": "",
        "requestheader-uid-headers": "null"
      })]))
      yield* settle
      assert.deepStrictEqual(yield* believed(current, clients), ["first"])
      const { allowedNames, headerNames } = Option.getOrThrow((yield* current).requestHeader)
      assert.deepStrictEqual([allowedNames, headerNames.uidHeaders], [[], []])
      assert.deepStrictEqual(headerNames.groupHeaders, ["X-Remote-Group"])
    }))

  test("stays what it was when it is broken or deleted", () =>
    Effect.gen(function*() {
      const { clients, first, second } = yield* pki
      const { current, logs, server } = yield* start()
      yield* (yield* server.next).reply(list("1", [configMap("1", { "client-ca-file": first.cert })]))
      const watch = yield* (yield* server.next).open
      for (
        const data of [
          { "client-ca-file": "no certificate" },
          { "client-ca-file": second.cert, ...requestHeaderData("no certificate") },
          { "client-ca-file": second.cert, "requestheader-username-headers": "X-Remote-User" }
        ]
      ) {
        yield* watch.send({ type: "MODIFIED", object: configMap("2", data) })
        yield* settle
        assert.deepStrictEqual(yield* believed(current, clients), ["first"])
      }
      assert.lengthOf(logs.filter((it) => it.includes("skipped a malformed object")), 3)
      assert.include(logs.join("\n"), "it holds no certificate in PEM")
      yield* watch.send({ type: "DELETED", object: configMap("3", {}) })
      yield* settle
      assert.deepStrictEqual(yield* believed(current, clients), ["first"])
      assert.isTrue((yield* current).complete)
    }))

  test("is asked for again, visibly, until the kube-apiserver answers", () =>
    Effect.gen(function*() {
      const { clients, first } = yield* pki
      const { current, logs, server } = yield* start()
      yield* (yield* server.next).reply(status(403, "configmaps is forbidden"), 403)
      yield* settle
      assert.isFalse((yield* current).complete)
      assert.include(
        logs.join("\n"),
        "configmaps is forbidden; apply the Role extension-apiserver-authentication-reader of kube-system and its binding"
      )
      yield* TestClock.adjust("1 minute")
      yield* (yield* server.next).reply(list("1", [configMap("1", { "client-ca-file": first.cert })]))
      yield* settle
      assert.deepStrictEqual(yield* believed(current, clients), ["first"])
    }))

  test("is incomplete while all that was ever published is broken", () =>
    Effect.gen(function*() {
      const { current, server } = yield* start()
      yield* (yield* server.next).reply(list("1", [configMap("1", { "client-ca-file": "no certificate" })]))
      yield* settle
      assert.isFalse((yield* current).complete)
    }))

  test("is nobody in a cluster that publishes nothing", () =>
    Effect.gen(function*() {
      const { current, server } = yield* start()
      yield* (yield* server.next).reply(list("1", []))
      yield* settle
      assert.deepStrictEqual(yield* current, {
        complete: true,
        clientAuthority: Option.none(),
        requestHeader: Option.none()
      })
    }))

  test("counts as known before the answer where that is tolerated, and the answer is still awaited", () =>
    Effect.gen(function*() {
      const { clients, first } = yield* pki
      const { current, server } = yield* start({ tolerateLookupFailure: true })
      assert.isTrue((yield* current).complete)
      yield* (yield* server.next).reply(list("1", [configMap("1", { "client-ca-file": first.cert })]))
      yield* settle
      assert.deepStrictEqual(yield* believed(current, clients), ["first"])
    }))

  test("is not asked for where that is to be skipped, nor where files say all of it", () =>
    Effect.gen(function*() {
      const { first } = yield* pki
      const skipping = yield* start({ skipLookup: true })
      yield* settle
      assert.strictEqual(yield* skipping.server.waiting, 0)
      assert.isTrue((yield* skipping.current).complete)
      const file = Option.some(yield* written(first.cert))
      const given = yield* start({
        clientCaFile: file,
        requestHeader: { ...options.requestHeader, clientCaFile: file }
      })
      yield* settle
      assert.strictEqual(yield* given.server.waiting, 0)
      assert.deepStrictEqual(Option.getOrThrow((yield* given.current).requestHeader).allowedNames, ["flagged"])
    }))

  test("is what a file says above what is published, and follows the file", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { clients, first, second } = yield* pki
      const file = yield* written(first.cert)
      const { current, logs, server } = yield* start({ clientCaFile: Option.some(file) })
      const published = { "client-ca-file": second.cert, ...requestHeaderData(second.cert) }
      yield* (yield* server.next).reply(list("1", [configMap("1", published)]))
      yield* settle
      assert.deepStrictEqual(yield* believed(current, clients), ["first"])
      assert.isTrue(Option.isSome((yield* current).requestHeader))

      const after = Effect.fnUntraced(function*(content: string) {
        yield* fs.writeFileString(file, content)
        yield* TestClock.adjust("10 seconds")
        return yield* believed(current, clients)
      })
      assert.deepStrictEqual(yield* after("half a cert"), ["first"])
      assert.deepStrictEqual(yield* after(first.cert + second.cert), ["first", "second"])
      assert.deepStrictEqual(yield* after(second.cert), ["second"])
      yield* fs.remove(file)
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* believed(current, clients), ["second"])
      assert.include(logs.join("\n"), "what it held before stays in use")
    }))

  test("a file that is unreadable at start is told with its flag", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(start({ clientCaFile: Option.some("/no/such/file") }))
      assert.match(error.message, /^cannot use --client-ca-file=\/no\/such\/file: it cannot be read \(NotFound\); /)
    }))
})

const written = Effect.fnUntraced(function*(content: string) {
  const fs = yield* FileSystem.FileSystem
  const file = yield* fs.makeTempFileScoped()
  yield* fs.writeFileString(file, content)
  return file
}, Effect.orDie)
