/** What a scrape cycle costs: CPU of the whole server per node, beside bare requests for the same pages. Alone: `node bench/scrape.ts [NODES]` */
import * as NodeServices from "@effect/platform-node/NodeServices"
import Undici from "@effect/platform-node/Undici"
import { Console, Duration, Effect, Layer, Metric, Record, Schedule } from "effect"
import { fork } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import * as MetricsServer from "../src/MetricsServer.ts"
import * as Options from "../src/Options.ts"
import { tokens } from "../src/simulate/Identities.ts"
import { type Row, table } from "./Row.ts"
import type { Up } from "./simulatedCluster.ts"

const podsPerNode = 30
const resolution = Duration.seconds(10)
const cycles = 3

const simulatedCluster = (nodes: number) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const child = fork(new URL("simulatedCluster.ts", import.meta.url), [String(nodes), String(podsPerNode)])
      const [up] = await once(child, "message")
      return { child, up: up as Up }
    }),
    ({ child }) => Effect.sync(() => child.kill())
  )

const millisOfCpu = Effect.sync(() => {
  const { system, user } = process.cpuUsage()
  return (system + user) / 1000
})

/** The server as its command line would make it, but for the port. */
const server = ({ kubeconfig, kubeletCa }: Up) =>
  Layer.unwrap(Effect.map(
    Options.read({
      ...Record.map(Options.flags, () => []),
      kubeconfig: [kubeconfig],
      metricResolution: [`${Duration.toSeconds(resolution)}s`],
      kubeletRequestTimeout: ["9s"],
      kubeletCertificateAuthority: [kubeletCa],
      kubeletPreferredAddressTypes: ["InternalIP"],
      kubeletUseNodeStatusPort: [true],
      bindAddress: ["127.0.0.1"],
      certDir: [`${kubeconfig}.certificates`]
    }),
    (options) => MetricsServer.layer({ ...options, securePort: 0 })
  ))

const ours = (up: Up) =>
  Effect.gen(function*() {
    // Until connections are made, code is compiled, and the short pauses before a second sample are over.
    yield* Effect.repeat(turns, { schedule: Schedule.spaced("1 second"), until: (all) => all >= 4 * up.ports.length })
    const [cpu, before] = [yield* millisOfCpu, yield* turns]
    yield* Effect.sleep(Duration.times(resolution, cycles))
    return ((yield* millisOfCpu) - cpu) / ((yield* turns) - before)
  }).pipe(Effect.provide(server(up)))

const turns = Effect.map(Metric.snapshot, (snapshots) =>
  snapshots.reduce(
    (sum, it) =>
      it.id === "metrics_server_kubelet_request_total" && it.type === "Counter" ? sum + Number(it.state.count) : sum,
    0
  ))

/** The same pages over kept connections, thrown away. */
const bare = ({ kubeletCa, ports }: Up) =>
  Effect.gen(function*() {
    const agent = yield* Effect.acquireRelease(
      Effect.sync(() =>
        new Undici.Agent({ allowH2: false, connections: 1, connect: { ca: readFileSync(kubeletCa, "utf8") } })
      ),
      (agent) => Effect.promise(() => agent.destroy())
    )
    const headers = { authorization: `Bearer ${tokens.metricsServer}` }
    const cycle = Effect.forEach(ports, (port) =>
      Effect.promise(async () => {
        const origin = `https://127.0.0.1:${port}`
        const { body } = await agent.request({ origin, path: "/metrics/resource", method: "GET", headers })
        await body.arrayBuffer()
      }), { concurrency: 4, discard: true })
    yield* Effect.repeat(cycle, { times: 1 })
    const cpu = yield* millisOfCpu
    yield* Effect.repeat(cycle, { times: cycles - 1 })
    return ((yield* millisOfCpu) - cpu) / (cycles * ports.length)
  })

export const run = (nodes: number): Effect.Effect<ReadonlyArray<Row>> =>
  Effect.gen(function*() {
    const { up } = yield* simulatedCluster(nodes)
    const value = yield* ours(up)
    const reference = yield* bare(up)
    return [{
      claim: `scrape ${nodes} nodes of ${podsPerNode} pods, reference bare requests`,
      value,
      unit: "ms CPU per node and cycle",
      reference,
      ratio: value / reference
    }]
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer), Effect.orDie)

if (import.meta.main) {
  const nodes = Number(process.argv[2] ?? 1000)
  await Effect.runPromise(Effect.flatMap(run(nodes), (rows) => Console.log(table(rows))))
}
