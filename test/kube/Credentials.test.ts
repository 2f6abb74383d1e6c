/** Files that are named on the way into a cluster and cannot be used. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import { Kube } from "../../src/kube/Kube.ts"
import * as Pki from "../fixtures/Pki.ts"
import * as TlsApiServer from "../fixtures/TlsApiServer.ts"
import { kubeOf } from "../fixtures/TlsApiServer.ts"

const cluster = { server: "https://127.0.0.1:1" }

describe("a file of a token", () => {
  it.effect("that is empty is named", () =>
    Effect.gen(function*() {
      const { problems } = yield* Effect.flip(kubeOf(cluster, { tokenFile: "token" }, { token: "\n" }))
      assert.deepStrictEqual(problems.map((problem) => problem.replace(/\/.*\//, "")), ["tokenFile: token is empty"])
    }).pipe(Effect.provide(NodeServices.layer)))

  it.effect("that is emptied before it is written anew takes nobody's token away", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { directory, kube } = yield* kubeOf(cluster, { tokenFile: "token" }, { token: "first" })
      const authorization = Effect.map(kube.credentials, ({ authorization }) => authorization)
      assert.deepStrictEqual(yield* authorization, Option.some("Bearer first"))
      yield* fs.writeFileString(`${directory}/token`, "")
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* authorization, Option.some("Bearer first"))
      yield* fs.writeFileString(`${directory}/token`, "second")
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* authorization, Option.some("Bearer second"))
    }).pipe(Effect.provide(NodeServices.layer)))
})

it.effect("authorities that were put together without a line's end between them are all believed", () =>
  Effect.gen(function*() {
    const { ca, server } = yield* TlsApiServer.make()
    const other = yield* Pki.authority("another")
    for (const together of [ca.cert.trim() + other.cert, other.cert.trim() + ca.cert]) {
      const { kube } = yield* kubeOf({ server, "certificate-authority": "ca.crt" }, { token: "t" }, {
        "ca.crt": together
      })
      assert.strictEqual((yield* kube.http.get("/whoami")).status, 200)
    }
  }).pipe(Effect.provide(NodeServices.layer)))

describe("a kubeconfig", () => {
  it.effect("that cannot be used is told of with the flag that gave it", () =>
    Effect.gen(function*() {
      const layer = Kube.layer({ kubeconfig: Option.some("/nowhere/config"), flag: "--authorization-kubeconfig" })
      const { message } = yield* Effect.flip(Layer.build(layer))
      assert.strictEqual(
        message,
        "cannot use kubeconfig /nowhere/config: the file cannot be read (NotFound); " +
          "correct the file, or give another with --authorization-kubeconfig"
      )
    }).pipe(Effect.provide(NodeServices.layer)))
})
