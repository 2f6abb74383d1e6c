/** `metrics-server doctor` as it is shipped, in a process of its own: what it prints, and how it ends. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, layer } from "@effect/vitest"
import { Effect, Layer, Option, Schema, Stream } from "effect"
import { ChildProcess } from "effect/process"
import { Report } from "../../src/doctor/Report.ts"
import { ApiFault } from "../../src/simulate/ApiFault.ts"
import { ApiFaults } from "../../src/simulate/ApiFaults.ts"
import * as Cluster from "../../src/simulate/Cluster.ts"
import { Fault } from "../../src/simulate/Fault.ts"
import { KubeletFleet } from "../../src/simulate/KubeletFleet.ts"
import { Consulted } from "../fixtures/Consulted.ts"
import { Built } from "../fixtures/Deployed.ts"
import { eventually } from "../fixtures/Eventually.ts"

const cluster = Cluster.generate({ nodes: 2, podsPerNode: 1, containersPerPod: 1 })
const [first] = cluster.nodes.map(({ name }) => name) as [string]

const program = Effect.fnUntraced(function*(...args: ReadonlyArray<string>) {
  return yield* ChildProcess.make(process.execPath, [(yield* Built).file, ...args], { stdin: "ignore", env: {} })
})

const run = Effect.fnUntraced(function*(...args: ReadonlyArray<string>) {
  const child = yield* program(...args)
  const text = <E>(stream: Stream.Stream<Uint8Array, E>) => Stream.mkString(Stream.decodeText(stream))
  const [stdout, stderr] = yield* Effect.all([text(child.stdout), text(child.stderr)], { concurrency: "unbounded" })
  return { stdout, stderr, exitCode: yield* child.exitCode }
})

/** The flags of the server as words of a command line. */
const flags = Effect.map(Consulted, ({ files, flags }) => ({
  asServer: Object.entries(flags).flatMap(([name, values]) => values.map((value) => `--${name}=${value}`)),
  /** The last of several counts. */
  asAdministrator: `--kubeconfig=${files.kubeconfig}`
}))

const failing = Effect.acquireRelease(
  Effect.flatMap(KubeletFleet, ({ setFault }) => setFault(first, Option.some(Fault.Refuse()))),
  () => Effect.flatMap(KubeletFleet, ({ setFault }) => Effect.orDie(setFault(first, Option.none())))
)

const decode = Schema.decodeEffect(Schema.fromJsonString(Report))

const everything = Layer.mergeAll(Consulted.layer(cluster), Layer.provideMerge(Built.layer, NodeServices.layer))

layer(everything, { excludeTestServices: true, timeout: "120 seconds" })("metrics-server doctor", (it) => {
  describe("where all is well", () => {
    it.effect("takes a line for everything, and ends with 0", () =>
      Effect.gen(function*() {
        const { asAdministrator, asServer } = yield* flags
        const { exitCode, stderr, stdout } = yield* run("doctor", ...asServer, asAdministrator)
        assert.strictEqual(exitCode, 0)
        assert.strictEqual(stderr, "")
        const [summary, empty, ...findings] = stdout.trimEnd().split("\n").reverse()
        assert.match(summary ?? "", /^\d{4}-\d\d-\d\dT[\d:.]+Z: 0 broken, 0 warnings, 0 unknown, 11 ok$/)
        assert.strictEqual(empty, "")
        assert.lengthOf(findings, 11)
        for (const finding of findings) assert.match(finding, /^OK {7}[a-z-]+: .*: /)
      }))

    it.effect("says to programs what it says to people", () =>
      Effect.gen(function*() {
        const { asServer } = yield* flags
        const { exitCode, stdout } = yield* run("doctor", ...asServer, "-o", "json", "--checks=rights,kubelets")
        assert.strictEqual(exitCode, 0)
        const { findings, summary } = yield* decode(stdout)
        assert.deepStrictEqual(summary, { broken: 0, warning: 0, unknown: 0, ok: 5 })
        assert.deepStrictEqual([...new Set(findings.map(({ check }) => check))], [
          "kube-apiserver",
          "rights",
          "kubelets"
        ])
      }))
  })

  it.effect("ends with 1 where something is broken, which comes first", () =>
    Effect.gen(function*() {
      yield* failing
      const { asServer } = yield* flags
      const only = [...asServer, "--checks=api-services,kubelets"]
      const people = yield* run("doctor", ...only)
      assert.strictEqual(people.exitCode, 1)
      assert.match(
        people.stdout,
        new RegExp(
          `^BROKEN   kubelets: 1 of 2 nodes \\(${first}\\)\n` +
            ` {9}seen:   ${first} at 127\\.0\\.0\\.1:\\d+: .*ECONNREFUSED.* \\(connection_refused\\)\n` +
            " {9}remedy: nothing listens there: check that the kubelet runs, and --kubelet-port\n" +
            "UNKNOWN  api-services: the APIServices\n" +
            " {9}seen:   could not be checked: forbidden\n" +
            " {9}remedy: run it with a kubeconfig of an administrator \\(--kubeconfig\\)\n" +
            "OK       kube-apiserver: "
        )
      )
      const programs = yield* run("doctor", ...only, "--output=json")
      assert.strictEqual(programs.exitCode, 1)
      const { findings, summary } = yield* decode(programs.stdout)
      assert.deepInclude(summary, { broken: 1, unknown: 1 })
      assert.deepInclude(findings[0], { check: "kubelets", severity: "broken" })
    }))

  it.effect("ends with 0 where something could not be checked and nothing is known to be broken", () =>
    Effect.gen(function*() {
      const { asServer } = yield* flags
      const { exitCode, stdout } = yield* run("doctor", ...asServer, "--checks=api-services")
      assert.strictEqual(exitCode, 0)
      assert.match(stdout, /^UNKNOWN /)
    }))

  it.effect("ends with 1 where it cannot reach the kube-apiserver, and lists what it could not check", () =>
    Effect.gen(function*() {
      const { exitCode, stdout } = yield* run("doctor", "--kubeconfig=/no/such/file")
      assert.strictEqual(exitCode, 1)
      assert.match(stdout, /^BROKEN {3}kube-apiserver: kubeconfig \/no\/such\/file\n/)
      assert.match(stdout, /: 1 broken, 0 warnings, 7 unknown, 0 ok\n$/)
    }))

  it.effect("that is broken off does not end as if all were well", () =>
    Effect.gen(function*() {
      const { set, waiting } = yield* ApiFaults
      yield* Effect.acquireRelease(
        set("selfsubjectaccessreviews.authorization.k8s.io", Option.some(ApiFault.Hang())),
        () => set("selfsubjectaccessreviews.authorization.k8s.io", Option.none())
      )
      const { asServer } = yield* flags
      const child = yield* program("doctor", ...asServer, "--checks=rights")
      yield* eventually("it to ask", Effect.sync(waiting), (requests) => requests > 0)
      yield* child.kill({ killSignal: "SIGTERM" })
      assert.strictEqual(yield* child.exitCode, 1)
    }))

  it.effect("tells all that is wrong with its flags and the server's at once, and does nothing", () =>
    Effect.gen(function*() {
      const { exitCode, stderr, stdout } = yield* run("doctor", "--output=yaml", "--checks=liver", "--secure-port=0")
      assert.strictEqual(exitCode, 1)
      assert.strictEqual(stdout, "")
      assert.match(stderr, /^invalid options:\n {2}--output: .*\n {2}--checks: .*\n {2}--secure-port: .*\n$/)
    }))

  it.effect("is in the help of the server, and has one with its flags and the server's", () =>
    Effect.gen(function*() {
      assert.match((yield* run("--help")).stdout, /\n {2}doctor +Checks what operators trip over/)
      const { exitCode, stdout } = yield* run("doctor", "--help")
      assert.strictEqual(exitCode, 0)
      assert.match(stdout, /\nDoctor flags:\n {2}-o, --output WORD .*\n {6}--checks LIST /)
      assert.match(stdout, /\nKubelet client flags:\n {6}--kubelet-port PORT /)
    }))
})
