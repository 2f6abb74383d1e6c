/** What a simulation writes for others, and that it takes it away again. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node"
import { Effect, FileSystem, Layer, Option } from "effect"
import * as OutputDirectory from "../../src/simulate/OutputDirectory.ts"
import { onLoopback } from "../fixtures/SimulatedApi.ts"

const environment = Layer.merge(onLoopback, NodeServices.layer)

const endpoint = "https://127.0.0.1:1"

describe("the output directory", () => {
  it.live("has every file that was promised, keys and tokens for their owner alone", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { path } = yield* OutputDirectory.write({ out: Option.none(), endpoint })
      const files = yield* fs.readDirectory(path, { recursive: true })
      const promised = [
        "kubeconfig",
        "endpoint",
        "ca.crt",
        ...["reader", "forbidden", "nobody", "admintoken"].map((name) => `tokens/${name}`),
        ...["front-proxy-client", "admin", "badcert"].flatMap((name) => [`clients/${name}.crt`, `clients/${name}.key`])
      ]
      assert.includeMembers(files, promised)
      assert.strictEqual(yield* fs.readFileString(`${path}/endpoint`), endpoint)
      for (const file of files.filter((file) => /^tokens\/|\.key$|kubeconfig$/.test(file))) {
        assert.strictEqual((yield* fs.stat(`${path}/${file}`)).mode & 0o077, 0, file)
      }
    }).pipe(Effect.provide(environment)))

  it.live("is gone with the simulation when it was made for it", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const parent = yield* fs.makeTempDirectoryScoped()
      const written = yield* Effect.scoped(
        OutputDirectory.write({ out: Option.some(`${parent}/out`), endpoint }).pipe(
          Effect.tap(({ certDir }) => fs.writeFileString(`${certDir}/tls.crt`, "what the metrics server wrote")),
          Effect.tap(() => Effect.map(fs.exists(`${parent}/out/kubeconfig`), assert.isTrue))
        )
      )
      assert.strictEqual(written.path, `${parent}/out`)
      assert.deepStrictEqual(yield* fs.readDirectory(parent), [])
    }).pipe(Effect.provide(environment)))

  it.live("keeps what was there before", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const out = yield* fs.makeTempDirectoryScoped()
      yield* fs.makeDirectory(`${out}/tokens`)
      yield* fs.writeFileString(`${out}/tokens/mine`, "mine")
      yield* Effect.scoped(OutputDirectory.write({ out: Option.some(out), endpoint }))
      assert.deepStrictEqual((yield* fs.readDirectory(out, { recursive: true })).sort(), ["tokens", "tokens/mine"])
    }).pipe(Effect.provide(environment)))

  it.live.each(["kubeconfig", "tokens/reader", "metrics-server-certificates/apiserver.key"])(
    "is refused where a file would be written over, which stays as it is: %s",
    (file) =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const out = yield* fs.makeTempDirectoryScoped()
        yield* fs.makeDirectory(`${out}/tokens`)
        if (file.startsWith("metrics-server")) yield* fs.makeDirectory(`${out}/metrics-server-certificates`)
        yield* fs.writeFileString(`${out}/${file}`, "mine")
        const before = yield* fs.readDirectory(out, { recursive: true })
        const error = yield* Effect.scoped(Effect.flip(OutputDirectory.write({ out: Option.some(out), endpoint })))
        assert.match(error.message, /^cannot write .*: it is there already; .* --out/)
        assert.strictEqual(yield* fs.readFileString(`${out}/${file}`), "mine")
        assert.sameMembers(yield* fs.readDirectory(out, { recursive: true }), before)
      }).pipe(Effect.provide(environment))
  )

  it.live("has kubeconfigs with which the official client gets what it may", () =>
    Effect.gen(function*() {
      const written = yield* OutputDirectory.write({ out: Option.none(), endpoint })
      const nodes = (file: string) =>
        Effect.promise(() => {
          const config = new KubeConfig()
          config.loadFromFile(file)
          return config.makeApiClient(CoreV1Api).listNode()
        })
      assert.strictEqual((yield* nodes(written.kubeconfig)).items.length, 2)
      assert.strictEqual((yield* nodes(written.metricsServerKubeconfig)).items.length, 2)
    }).pipe(Effect.provide(environment)))
})
