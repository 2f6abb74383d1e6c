/** What `npm run build` makes, away from everything it was made of. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, layer } from "@effect/vitest"
import { Effect, FileSystem, Layer, Stream } from "effect"
import { ChildProcess } from "effect/process"
import { tokens } from "../../src/simulate/Identities.ts"
import { Built, serve, simulation, written } from "../fixtures/Deployed.ts"
import { http2 } from "../fixtures/HttpsClient.ts"

/** The program alone in a directory. */
const alone = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const directory = yield* fs.makeTempDirectoryScoped({ prefix: "metrics-server-alone-" })
  yield* fs.copyFile((yield* Built).file, `${directory}/metrics-server.mjs`)
  return { directory, file: `${directory}/metrics-server.mjs` }
})

const printed = (...command: readonly [string, ...Array<string>]) => {
  const [program, ...args] = command
  return ChildProcess.make(program, args, { stdin: "ignore" }).pipe(
    Effect.flatMap(({ all }) => Stream.mkString(Stream.decodeText(all)))
  )
}

/** The kubeconfig of the metrics server, with a plugin that tells its token. */
const withPlugin = (kubeconfig: string, node: string) => {
  const credential = JSON.stringify({ kind: "ExecCredential", status: { token: tokens.metricsServer } })
  const exec = { command: node, args: ["-p", JSON.stringify(credential)] }
  return kubeconfig.replace(/^ +token: .*$/m, `    exec: ${JSON.stringify(exec)}`)
}

interface SourceMap {
  readonly sources: ReadonlyArray<string>
}

layer(Layer.provideMerge(Built.layer, NodeServices.layer), { excludeTestServices: true, timeout: "120 seconds" })(
  "the distribution",
  (it) => {
    it.effect("is one program that serves with nothing beside it, and asks a credential plugin for its token", () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const { directory, file } = yield* alone
        const { kubeletCa, metricsServerKubeconfig } = yield* written
        const kubeconfig = `${directory}/kubeconfig`
        const given = yield* fs.readFileString(metricsServerKubeconfig)
        const changed = withPlugin(given, process.execPath)
        assert.notStrictEqual(changed, given)
        yield* fs.writeFileString(kubeconfig, changed)
        const { child, expected, nodes, port } = yield* serve({
          command: [process.execPath, file],
          cwd: directory,
          env: {},
          kubeconfig,
          kubeletCa,
          certDir: `${directory}/certificates`
        })
        assert.sameMembers(nodes, expected)
        assert.strictEqual((yield* http2({ port, path: "/readyz" })).status, 200)
        yield* child.kill({ killSignal: "SIGTERM" })
        assert.strictEqual(yield* child.exitCode, 0)
      }).pipe(Effect.provide(simulation)))

    it.effect("is started by its name where a system knows the first line of a script", () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const { file } = yield* Built
        assert.match(yield* fs.readFileString(file), /^#!\/usr\/bin\/env node\n/)
        assert.strictEqual(Number((yield* fs.stat(file)).mode) & 0o777, 0o755)
      }))

    it.effect("prints its help, for which it needs what is made on demand", () =>
      Effect.gen(function*() {
        const { file } = yield* alone
        const help = yield* printed(process.execPath, file, "--help")
        assert.include(help, "--metric-resolution")
        assert.include(help, "--kubelet-insecure-tls")
      }))

    it.effect("loads no second HTTP client: Node.js has one of its own, which some imports bring along", () =>
      Effect.gen(function*() {
        const { file } = yield* Built
        const tell = "process.once('exit', () => console.log(process.moduleLoadList.join()))"
        const loaded = yield* printed(
          process.execPath,
          `--import=data:text/javascript,${encodeURIComponent(tell)}`,
          file,
          "--version"
        )
        assert.include(loaded, "NativeModule http2")
        assert.notInclude(loaded, "undici")
      }))

    it.effect("lists the licence of every package that is in it", () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const { directory, file } = yield* Built
        const { sources }: SourceMap = JSON.parse(yield* fs.readFileString(`${file}.map`))
        const packages = new Set(
          sources.flatMap((source) => /(node_modules\/(?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(source)?.[1] ?? [])
        )
        assert.isAbove(packages.size, 20)
        const list = yield* fs.readFileString(`${directory}/THIRD-PARTY-LICENSES.txt`)
        for (const found of packages) {
          const name = found.replace("node_modules/", "")
          assert.match(list, new RegExp(`^${name.replace("/", "\\/")} \\d+\\.\\d+\\.\\d+ \\(.+\\)$`, "m"))
        }
        // Nested in a package, and by another author.
        assert.include(list, "formdata-polyfill")
      }))

    it.effect("has a source map that leads from a stack trace to the line that is meant", () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const { file } = yield* Built
        // The first call that our own sources make tells where it was made.
        const tell = "import v8 from 'node:v8'; import { syncBuiltinESMExports } from 'node:module';" +
          "v8.setFlagsFromString = () => console.log(new Error('called').stack); syncBuiltinESMExports()"
        const output = yield* printed(
          process.execPath,
          "--enable-source-maps",
          `--import=data:text/javascript,${encodeURIComponent(tell)}`,
          file,
          "--version"
        )
        const source = (yield* fs.readFileString("src/main.ts")).split("\n")
        const line = source.findIndex((it) => it.startsWith("setFlagsFromString(")) + 1
        assert.match(output, new RegExp(`src/main\\.ts:${line}:`))
      }))
  }
)
