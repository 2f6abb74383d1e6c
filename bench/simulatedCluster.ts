/** A simulated cluster in a process of its own, so that its work is not measured with ours. Arguments: nodes, pods per node. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Duration, Effect, Option } from "effect"
import { generate } from "../src/simulate/Cluster.ts"
import { KubeletFleet } from "../src/simulate/KubeletFleet.ts"
import * as OutputDirectory from "../src/simulate/OutputDirectory.ts"
import * as Simulation from "../src/simulate/Simulation.ts"

/** What the measuring process is told when the cluster is up. */
export interface Up {
  readonly kubeconfig: string
  readonly kubeletCa: string
  readonly ports: ReadonlyArray<number>
}

if (import.meta.main) {
  const [nodes = 0, podsPerNode = 0] = process.argv.slice(2).map(Number)
  const cluster = generate({ nodes, podsPerNode, containersPerPod: 1 })
  Effect.gen(function*() {
    const fleet = yield* KubeletFleet
    const directory = yield* OutputDirectory.write({ out: Option.none(), endpoint: "" })
    const ports = cluster.nodes.flatMap(({ name }) => Option.toArray(fleet.endpoint(name)).map(({ port }) => port))
    const up: Up = { kubeconfig: directory.metricsServerKubeconfig, kubeletCa: directory.kubeletCa, ports }
    process.send?.(up)
    return yield* Effect.never
  }).pipe(
    Effect.scoped,
    Effect.provide(Simulation.layer({ cluster, housekeeping: Duration.seconds(5) })),
    Effect.provide(NodeServices.layer),
    NodeRuntime.runMain
  )
}
