/** A whole simulated cluster, assembled: kubelets, API server and aggregation layer, over sockets or in memory. */
import { Clock, Context, Duration, Effect, Layer } from "effect"
import { Access } from "./Access.ts"
import { Aggregator, type Dispatch } from "./Aggregator.ts"
import { ApiFaults } from "./ApiFaults.ts"
import { ApiListener } from "./ApiListener.ts"
import { ApiServer } from "./ApiServer.ts"
import { ApiServices } from "./ApiServices.ts"
import * as BuiltinRoles from "./BuiltinRoles.ts"
import type { Cluster, Node } from "./Cluster.ts"
import { ClusterState, longAgo } from "./ClusterState.ts"
import { Identities, tokens } from "./Identities.ts"
import * as Installed from "./Installed.ts"
import { kubeconfig } from "./Kubeconfig.ts"
import { KubeletFleet } from "./KubeletFleet.ts"
import type { ListenError } from "./Loopback.ts"
import { ObjectStore } from "./ObjectStore.ts"

export interface Options {
  readonly cluster: Cluster
  /** How often containers are read, 10 s: a real kubelet's default. */
  readonly housekeeping?: Duration.Duration
  /** How much later than that at most; unless it is said, never. A real kubelet's is as long as its housekeeping. */
  readonly jitter?: Duration.Duration
  readonly bookmarkInterval?: Duration.Duration
  /** Without a metrics server installed: somebody will. */
  readonly bare?: boolean
}

export class Simulation extends Context.Service<Simulation, {
  /** What the simulation began with. */
  readonly cluster: Cluster
  /** Where the API server listens; in memory, what requests to it may begin with. */
  readonly url: string
  readonly kubeconfigs: {
    /** Through the aggregation layer, as O=system:masters. */
    readonly admin: string
    /** For the metrics server, as its own service account. */
    readonly metricsServer: string
  }
  /** Starts a kubelet, then announces its node. */
  addNode(node: Node): Effect.Effect<void, ListenError>
  /** Takes the node away, then its kubelet. */
  removeNode(name: string): Effect.Effect<void>
}>()("metrics-server/simulate/Simulation") {}

/** On ports of 127.0.0.1. */
export const layer = (options: Options) =>
  Layer.effect(Simulation, Effect.flatMap(ApiListener, ({ url }) => populate(options, url))).pipe(
    Layer.provideMerge(ApiListener.layer),
    Layer.provideMerge(ApiServer.layer(options)),
    Layer.provideMerge(ApiServices.layer),
    Layer.provideMerge([Aggregator.layer, ApiFaults.layer]),
    Layer.provideMerge(KubeletFleet.layer(kubelets(options))),
    Layer.provideMerge(state(options)),
    Layer.provideMerge(Identities.layer)
  )

/** Without any socket, for tests that own the clock; with `dispatch` the aggregation layer asks the metrics server without one, too. */
export const layerMemory = (options: Options & { readonly dispatch?: Dispatch }) =>
  Layer.effect(Simulation, populate(options, "https://kubernetes.memory")).pipe(
    Layer.provideMerge(ApiServer.layer(options)),
    Layer.provideMerge(ApiServices.layer),
    Layer.provideMerge([
      options.dispatch === undefined ? Aggregator.layer : Aggregator.layerWith(options.dispatch),
      ApiFaults.layer
    ]),
    Layer.provideMerge(KubeletFleet.layerMemory(kubelets(options))),
    Layer.provideMerge(state(options)),
    Layer.provideMerge(Identities.layer)
  )

const kubelets = ({ housekeeping = Duration.seconds(10), jitter = Duration.zero }: Options) => ({
  housekeeping,
  jitter
})

/** What is stored at the beginning, and who may do what with it. */
const state = (options: Options) =>
  Layer.mergeAll(ClusterState.layer, Access.layer, BuiltinRoles.layer, Installed.layer(options)).pipe(
    Layer.provideMerge(ObjectStore.layer)
  )

const populate = Effect.fnUntraced(function*({ cluster }: Options, url: string) {
  const state = yield* ClusterState
  const fleet = yield* KubeletFleet
  const { clients, clusterCa } = yield* Identities

  const addNode = Effect.fnUntraced(function*(node: Node) {
    yield* state.addNode(node, yield* fleet.start(node))
  })

  yield* Effect.forEach(cluster.nodes, addNode, { concurrency: 32, discard: true })
  const startedAt = longAgo(yield* Clock.currentTimeMillis)
  yield* Effect.forEach(cluster.pods, (pod) => state.addPod(pod, { startedAt }), { discard: true })

  const server = { server: url, ca: clusterCa.cert }
  return Simulation.of({
    cluster,
    url,
    kubeconfigs: {
      admin: kubeconfig({ ...server, user: "admin", credential: clients.admin }),
      metricsServer: kubeconfig({ ...server, user: "metrics-server", credential: { token: tokens.metricsServer } })
    },
    addNode,
    removeNode: (name) => Effect.andThen(state.removeNode(name), fleet.stop(name))
  })
})
