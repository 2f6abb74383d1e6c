/** Parts of `npm start`. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import * as Loopback from "../../src/simulate/Loopback.ts"
import * as MetricsServerProcess from "../../src/simulate/MetricsServerProcess.ts"
import * as Readback from "../../src/simulate/Readback.ts"
import * as CommandLine from "../fixtures/CommandLine.ts"

describe("the port of the metrics server", () => {
  it.live.each(
    [
      [["--secure-port=4443"], 4443],
      [["-v=2", "--secure-port", "4444"], 4444],
      [["--secure-port=1", "--secure-port=2"], 2]
    ] as const
  )(
    "is what its own flags say: %o",
    ([flags, port]) => Effect.map(MetricsServerProcess.choosePort(flags), (chosen) => assert.strictEqual(chosen, port))
  )

  it.live("is a free one when they say nothing", () =>
    Effect.gen(function*() {
      const port = yield* MetricsServerProcess.choosePort([])
      assert.strictEqual((yield* Loopback.listen(port, (socket) => socket.destroy())).port, port)
    }))
})

describe("the command line of the metrics server", () => {
  const directory = {
    path: "/o",
    kubeconfig: "/o/k",
    metricsServerKubeconfig: "/o/m",
    kubeletCa: "/o/ca",
    certDir: "/o/c"
  }
  const read = (...flags: ReadonlyArray<string>) =>
    CommandLine.read(...MetricsServerProcess.commandLine({ port: 4443, directory, flags }))

  it.effect.each(
    [
      [[], Option.some("/o/ca")],
      [["--kubelet-certificate-authority=/mine"], Option.some("/mine")],
      [["--kubelet-insecure-tls"], Option.none()],
      [["--kubelet-insecure-tls=true"], Option.none()],
      [["--kubelet-insecure-tls=false"], Option.some("/o/ca")]
    ] as const
  )(
    "names the authority of the kubelets unless its own flags say otherwise: %o",
    ([flags, authority]) =>
      Effect.map(read(...flags), ({ kubelet }) => assert.deepStrictEqual(kubelet.certificateAuthority, authority))
  )
})

describe("the table of nodes", () => {
  const node = (name: string) => ({ metadata: { name }, window: "10s", usage: { cpu: "968390u", memory: "1571484Ki" } })

  it("shows what kubectl would", () => {
    assert.deepStrictEqual(Readback.table([node("a")], 5), [
      "NODE   CPU    MEMORY   WINDOW",
      "a      969m   1534Mi   10s"
    ])
  })

  it("says how many more there are", () => {
    assert.deepStrictEqual(Readback.table(["a", "b", "c"].map(node), 2).slice(3), ["... and 1 more"])
  })
})
