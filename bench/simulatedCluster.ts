/** A simulated cluster in a process of its own, so that its work is not measured with ours. Arguments: nodes, pods per node. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Duration, Effect, Option } from "effect"
import { generate, type Pod } from "../src/simulate/Cluster.ts"
import { ClusterState } from "../src/simulate/ClusterState.ts"
import { KubeletFleet } from "../src/simulate/KubeletFleet.ts"
import * as OutputDirectory from "../src/simulate/OutputDirectory.ts"
import * as Simulation from "../src/simulate/Simulation.ts"

/** What the measuring process is told when the cluster is up. */
export interface Up {
  /** Where kubeconfig, certificates and tokens are. */
  readonly directory: OutputDirectory.OutputDirectory
  /** Of the kubelets. */
  readonly ports: ReadonlyArray<number>
}

/** Twenty namespaces with deployments of thirty pods each, spread over the nodes. */
const deployed = (pod: Pod, index: number): Pod => {
  const app = `app-${String(Math.floor(index / 600)).padStart(4, "0")}`
  const hash = "6d4cf56db6"
  return {
    ...pod,
    namespace: `ns-${String(index % 20).padStart(2, "0")}`,
    name: `${app}-${hash}-${pod.name.slice(-5)}`,
    labels: { app, "pod-template-hash": hash }
  }
}

/** As cAdvisor waits, ten to twenty seconds: two readings of a container are never as far apart as those of another. */
const readings = { housekeeping: Duration.seconds(15), jitter: Duration.seconds(5) }

/** Another pod gets another label each time. */
const changing = Effect.map(ClusterState, (state) => {
  let changes = 0
  return (pods: ReadonlyArray<Pod>) =>
    Effect.suspend(() => {
      const { name, namespace } = pods[changes++ % pods.length]!
      const label = { change: String(changes) }
      return state.updatePod(namespace, name, (pod) => ({ ...pod, labels: { ...pod.labels, ...label } }))
    })
})

if (import.meta.main) {
  const [nodes = 0, podsPerNode = 0] = process.argv.slice(2).map(Number)
  const generated = generate({ nodes, podsPerNode, containersPerPod: 1 })
  const cluster = { ...generated, pods: generated.pods.map(deployed) }
  process.on("disconnect", () => process.exit(0))
  Effect.gen(function*() {
    const fleet = yield* KubeletFleet
    const change = yield* changing
    process.on("message", () => Effect.runFork(change(cluster.pods)))
    const directory = yield* OutputDirectory.write({ out: Option.none(), endpoint: "" })
    const ports = cluster.nodes.flatMap(({ name }) => Option.toArray(fleet.endpoint(name)).map(({ port }) => port))
    process.send?.({ directory, ports } satisfies Up)
    return yield* Effect.never
  }).pipe(
    Effect.scoped,
    Effect.provide(Simulation.layer({ cluster, ...readings })),
    Effect.provide(NodeServices.layer),
    NodeRuntime.runMain
  )
}
