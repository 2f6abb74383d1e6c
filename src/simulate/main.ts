/** `npm start`: a simulated cluster and the metrics server in it, until Ctrl-C. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Console, Duration, Effect, Exit, Option, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import manifest from "../../package.json" with { type: "json" }
import { ApiServices } from "./ApiServices.ts"
import * as Cluster from "./Cluster.ts"
import * as MetricsServerProcess from "./MetricsServerProcess.ts"
import * as OutputDirectory from "./OutputDirectory.ts"
import * as Readback from "./Readback.ts"
import * as Simulation from "./Simulation.ts"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

const flags = {
  nodes: Flag.Int("nodes").pipe(
    Flag.withSchema(Count),
    Flag.withDescription("Nodes of the simulated cluster"),
    Flag.withDefault(3)
  ),
  podsPerNode: Flag.Int("pods-per-node").pipe(
    Flag.withSchema(Count),
    Flag.withDescription("Pods on each node"),
    Flag.withDefault(10)
  ),
  containersPerPod: Flag.Int("containers-per-pod").pipe(
    Flag.withSchema(Count),
    Flag.withDescription("Containers in each pod"),
    Flag.withDefault(1)
  ),
  cluster: Flag.String("cluster").pipe(
    Flag.withMetavar("FILE"),
    Flag.withDescription("A cluster as data, JSON, instead of a generated one"),
    Flag.optional
  ),
  out: Flag.String("out").pipe(
    Flag.withMetavar("DIR"),
    Flag.withDescription("Where to write kubeconfig, tokens and certificates (default a temporary directory)"),
    Flag.optional
  ),
  metricsServerFlags: Argument.String("flags").pipe(
    Argument.withDescription("After --: flags for the metrics server"),
    Argument.variadic()
  )
}

type Given = Command.Command.Config.Infer<typeof flags>

const run = Effect.fnUntraced(function*(given: Given, cluster: Cluster.Cluster) {
  const { url } = yield* Simulation.Simulation
  const port = yield* MetricsServerProcess.choosePort(given.metricsServerFlags)
  const endpoint = `https://127.0.0.1:${port}`
  yield* (yield* ApiServices).connect(endpoint)
  const directory = yield* OutputDirectory.write({ out: given.out, endpoint })
  yield* Console.log(`kube-apiserver   ${url}`)
  yield* Console.log(`kubelets         ${cluster.nodes.length} on 127.0.0.1, ${cluster.pods.length} pods`)
  yield* Console.log(`metrics server   ${endpoint}`)
  yield* Console.log(`written to       ${directory.path}`)
  const { ended } = yield* MetricsServerProcess.start({ port, directory, flags: given.metricsServerFlags })
  const nodes = yield* Readback.awaitNodes((have) =>
    Console.log(`metrics          ${have} of ${cluster.nodes.length} nodes`)
  ).pipe(Effect.raceFirst(ended))
  yield* Console.log(
    ["", ...Readback.table(nodes, 20), "", ...suggestions(directory, url, cluster.nodes[0]?.name)].join("\n")
  )
  return yield* ended
})

const suggestions = ({ kubeconfig, path }: OutputDirectory.OutputDirectory, url: string, node = "NODE") => [
  "Try, in another terminal:",
  `  export KUBECONFIG=${kubeconfig}`,
  "  kubectl top nodes",
  "  kubectl top pods -A --containers --sort-by=cpu",
  "  kubectl get --raw /apis/metrics.k8s.io/v1beta1/nodes",
  "and what it does when a kubelet hangs, and later does not:",
  `  echo '{"_tag": "Hang"}' | kubectl replace --raw /simulation/faults/kubelets/${node} -f -`,
  `  kubectl delete --raw /simulation/faults/kubelets/${node}`,
  "or without kubectl:",
  `  curl --cacert ${path}/ca.crt -H "Authorization: Bearer $(cat ${path}/tokens/reader)" ${url}/apis/metrics.k8s.io/v1beta1/pods`,
  "",
  "Ctrl-C ends everything."
]

Command.make("npm start --", flags, (given) =>
  Effect.gen(function*() {
    const cluster = Option.isSome(given.cluster) ? yield* Cluster.load(given.cluster.value) : Cluster.generate(given)
    // containers are read twice as often as by a real kubelet, so that the first metrics come sooner
    const simulation = Simulation.layer({ cluster, housekeeping: Duration.seconds(5) })
    return yield* Effect.scoped(run(given, cluster)).pipe(Effect.provide(simulation))
  }).pipe(Effect.tapError((error) => Console.error(error.message)))).pipe(
    Command.withDescription("Runs the metrics server in a simulated cluster on this machine's loopback interface"),
    Command.run({ version: manifest.version }),
    Effect.provide(NodeServices.layer),
    NodeRuntime.runMain({
      disableErrorReporting: true,
      teardown: (exit, onExit) => onExit(Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause) ? 0 : 1)
    })
  )
