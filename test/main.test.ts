/** The program itself, as a process: what it says and how it ends. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, layer } from "@effect/vitest"
import { Effect, FileSystem, Path, Schedule, Stream } from "effect"
import { ChildProcess } from "effect/process"
import { freePort } from "./fixtures/FreePort.ts"
import { http2 } from "./fixtures/HttpsClient.ts"

const start = (...flags: ReadonlyArray<string>) => startWith([], flags)

const startWith = (ofNode: ReadonlyArray<string>, flags: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const main = yield* (yield* Path.Path).fromFileUrl(new URL("../src/main.ts", import.meta.url))
    return yield* ChildProcess.make(process.execPath, [...ofNode, main, ...flags], {
      stdin: "ignore",
      forceKillAfter: "20 seconds"
    })
  })

/** What it prints until it ends by itself. */
const run = (...flags: ReadonlyArray<string>) => ended(start(...flags))

const ended = (starting: ReturnType<typeof startWith>) =>
  Effect.gen(function*() {
    const child = yield* starting
    const output = yield* Stream.mkString(Stream.decodeText(child.all))
    return { output, exitCode: yield* child.exitCode }
  })

/** A kubeconfig whose server is away. */
const kubeconfigToNowhere = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const directory = yield* fs.makeTempDirectoryScoped()
  yield* fs.writeFileString(
    `${directory}/kubeconfig`,
    JSON.stringify({
      "current-context": "c",
      contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
      clusters: [{ name: "c", cluster: { server: `https://127.0.0.1:${yield* freePort}` } }],
      users: [{ name: "u", user: { token: "t" } }]
    })
  )
  return { directory, flag: `--kubeconfig=${directory}/kubeconfig` }
})

layer(NodeServices.layer, { excludeTestServices: true })("the program", (it) => {
  it.effect("reports every wrong option and ends with 1", () =>
    Effect.map(run("--metric-resolution=soon", "--secure-port=0"), ({ exitCode, output }) => {
      assert.strictEqual(exitCode, 1)
      assert.strictEqual(
        output,
        "invalid options:\n" +
          "  --metric-resolution: expected a Go duration such as 15s or 1m30s, found \"soon\"\n" +
          "  --secure-port: expected a port, 1 to 65535, found \"0\"\n"
      )
    }))

  it.effect("names the flags it does not know with everything else that is wrong, and ends with 1", () =>
    Effect.map(run("--no-such-flag", "--secure-port=0"), ({ exitCode, output }) => {
      assert.strictEqual(exitCode, 1)
      assert.strictEqual(
        output,
        "invalid options:\n" +
          "  --no-such-flag: there is no such flag\n" +
          "  --secure-port: expected a port, 1 to 65535, found \"0\"\n"
      )
    }))

  it.effect("says its version as the original does", () =>
    Effect.map(run("--version"), ({ exitCode, output }) => {
      assert.strictEqual(exitCode, 0)
      assert.match(output, /^v\d+\.\d+\.\d+\n$/)
    }))

  it.effect("goes on where neither version nor help is asked for, as Go does", () =>
    Effect.map(run("--version=false", "--help=false", "--secure-port=0"), ({ exitCode, output }) => {
      assert.strictEqual(exitCode, 1)
      assert.match(output, /^invalid options:\n {2}--secure-port: [^\n]*\n$/)
    }))

  it.effect("lists its flags by topic", () =>
    Effect.map(run("--help"), ({ exitCode, output }) => {
      assert.strictEqual(exitCode, 0)
      assert.match(output, /\nUSAGE\n {2}metrics-server \[subcommand\] \[flags\]\n/)
      assert.match(output, /\nKubelet client flags:\n {6}--kubelet-port PORT +Port of the kubelets \(default 10250\)\n/)
      assert.match(output, /\nLogging flags:\n {2}-v, --v NUMBER /)
      assert.match(output, /\nOther flags:\n {2}-h, --help .*\n {6}--version /)
    }))

  it.effect("warns once of all the flags that do nothing, in the form that was asked for", () =>
    Effect.map(
      run("--kubeconfig=/no/such/file", "--logging-format=json", "--profiling=false", "--audit-log-path", "-"),
      ({ output }) => {
        const lines = output.trim().split("\n").map((line) => JSON.parse(line))
        assert.deepStrictEqual(lines.map(({ level }) => level), ["WARN", "FATAL"])
        assert.strictEqual(
          lines[0].message,
          "flags that do nothing here were given: --audit-log-path, --profiling; docs/flags.md says why"
        )
      }
    ))

  it.effect("says what is missing where there is neither a kubeconfig nor a service account", () =>
    Effect.map(run("--bind-address=127.0.0.1", "--kubeconfig=/no/such/file"), ({ exitCode, output }) => {
      assert.strictEqual(exitCode, 1)
      assert.match(output, /cannot use kubeconfig \/no\/such\/file: .*NotFound.*give another with --kubeconfig/)
    }))

  it.effect("tells a defect of its own, and ends with 1", () =>
    Effect.gen(function*() {
      const { directory, flag } = yield* kubeconfigToNowhere
      const broken = "import http2 from 'node:http2'; import { syncBuiltinESMExports } from 'node:module'; " +
        "http2.createSecureServer = () => { throw new Error('a server that is broken') }; syncBuiltinESMExports()"
      const { exitCode, output } = yield* ended(
        startWith(["--import", `data:text/javascript,${encodeURIComponent(broken)}`], [flag, `--cert-dir=${directory}`])
      )
      assert.strictEqual(exitCode, 1)
      assert.match(output, /Error: a server that is broken\n +at .*Https\.ts/s)
    }))

  it.effect("while the kube-apiserver is away it answers, is not ready, lets nobody in, and ends with 0 on SIGTERM", () =>
    Effect.gen(function*() {
      const { directory, flag } = yield* kubeconfigToNowhere
      const port = yield* freePort
      const child = yield* start(flag, `--cert-dir=${directory}`, `--secure-port=${port}`, "--bind-address=127.0.0.1")
      const ask = (path: string) => Effect.map(http2({ port, path }), ({ status }) => status)
      const listening = Effect.retry(ask("/readyz"), { schedule: Schedule.spaced("100 millis"), times: 300 })
      assert.strictEqual(yield* listening, 500)
      assert.strictEqual(yield* ask("/apis/metrics.k8s.io/v1/nodes"), 500)
      yield* child.kill({ killSignal: "SIGTERM" })
      assert.strictEqual(yield* child.exitCode, 0)
    }))
})
