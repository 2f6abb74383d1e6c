/** The kubelets of the simulated cluster: a port each, over real TLS or in memory, with faults to switch on. */
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { Clock, Context, type Duration, Effect, Exit, Layer, Option, Scope } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { Access } from "./Access.ts"
import { fromSocket, PeerCertificate } from "./Authentication.ts"
import * as Authority from "./Authority.ts"
import type { Node } from "./Cluster.ts"
import { ClusterState, longAgo } from "./ClusterState.ts"
import type { Fault, WrongCertificate } from "./Fault.ts"
import { Identities } from "./Identities.ts"
import * as Loopback from "./Loopback.ts"
import * as SimulatedKubelet from "./SimulatedKubelet.ts"

/** Where a kubelet is reached. */
export interface Endpoint {
  readonly address: string
  readonly port: number
}

export interface Options {
  /** How often a container is read: its timestamp advances by that. */
  readonly housekeeping: Duration.Duration
  /** And then less than so much later, each time anew: two readings of cAdvisor are up to twice as far apart. */
  readonly jitter: Duration.Duration
}

export class KubeletFleet extends Context.Service<KubeletFleet, {
  /** A kubelet for the node; its pods are those that the cluster's state places there. */
  start(node: Node): Effect.Effect<Endpoint, Loopback.ListenError>
  stop(node: string): Effect.Effect<void>
  endpoint(node: string): Option.Option<Endpoint>
  /** Faults follow one another; none ends the last. */
  setFault(node: string, fault: Option.Option<Fault>): Effect.Effect<void, Loopback.ListenError>
  /** Who answers on a port. */
  at(port: number): Option.Option<SimulatedKubelet.SimulatedKubelet>
}>()("metrics-server/simulate/KubeletFleet") {
  /** On 127.0.0.1, a free port for each; a thousand kubelets share five TLS contexts. */
  static layer(options: Options) {
    return Layer.effect(
      KubeletFleet,
      Effect.gen(function*() {
        const makeKubelet = yield* maker(options)
        const scope = yield* Effect.scope
        const byName = new Map<string, Listening>()
        const byPort = new Map<number, Listening>()

        const servers = yield* tlsServers(answerOn(byPort))

        return {
          start: Effect.fnUntraced(function*(node) {
            const kubelet = yield* makeKubelet(node)
            const own = yield* Scope.fork(scope)
            const listener = yield* Loopback.listen(0, (socket) => {
              servers[certificateOf(kubelet.fault())].emit("connection", socket)
            }).pipe(Scope.provide(own))
            const listening = { kubelet, listener, close: Scope.close(own, Exit.void) }
            byName.set(node.name, listening)
            byPort.set(listener.port, listening)
            return { address: "127.0.0.1", port: listener.port }
          }),
          stop: Effect.fnUntraced(function*(node) {
            const listening = byName.get(node)
            if (listening === undefined) return
            byName.delete(node)
            byPort.delete(listening.listener.port)
            yield* listening.close
          }),
          endpoint: (node) =>
            Option.map(Option.fromNullishOr(byName.get(node)), ({ listener }) => ({
              address: "127.0.0.1",
              port: listener.port
            })),
          setFault: Effect.fnUntraced(function*(node, fault) {
            const listening = byName.get(node)
            if (listening === undefined) return
            const { kubelet, listener } = listening
            const before = kubelet.fault()
            yield* kubelet.setFault(fault)
            if (refuses(fault)) yield* listener.leave
            else if (refuses(before)) yield* listener.comeBack
            else if (certificateOf(before) !== certificateOf(fault)) {
              for (const socket of listener.connections) socket.destroy()
            }
          }),
          at: (port) => Option.map(Option.fromNullishOr(byPort.get(port)), ({ kubelet }) => kubelet)
        }
      })
    )
  }

  /** Without sockets: ports are mere numbers, and who asks for one is answered by `at`. */
  static layerMemory(options: Options) {
    return Layer.effect(
      KubeletFleet,
      Effect.gen(function*() {
        const makeKubelet = yield* maker(options)
        const ports = new Map<string, number>()
        const kubelets = new Map<number, SimulatedKubelet.SimulatedKubelet>()
        const find = (node: string) => kubelets.get(ports.get(node) ?? 0)
        let lastPort = 20_000
        return {
          start: Effect.fnUntraced(function*(node) {
            const port = ++lastPort
            ports.set(node.name, port)
            kubelets.set(port, yield* makeKubelet(node))
            return { address: "127.0.0.1", port }
          }),
          stop: (node) => Effect.sync(() => kubelets.delete(ports.get(node) ?? 0)),
          endpoint: (node) =>
            Option.map(Option.fromNullishOr(ports.get(node)), (port) => ({ address: "127.0.0.1", port })),
          setFault: (node, fault) => find(node)?.setFault(fault) ?? Effect.void,
          at: (port) => Option.fromNullishOr(kubelets.get(port))
        }
      })
    )
  }
}

interface Listening {
  readonly kubelet: SimulatedKubelet.SimulatedKubelet
  readonly listener: Loopback.Listener
  readonly close: Effect.Effect<void>
}

const maker = Effect.fnUntraced(function*({ housekeeping, jitter }: Options) {
  const access = yield* Access
  const state = yield* ClusterState
  return (node: Node) =>
    Effect.map(Clock.currentTimeMillis, (now) =>
      SimulatedKubelet.make({
        node,
        bootedAt: longAgo(now),
        pods: () => state.runningOn(node.name),
        housekeeping,
        jitter,
        access
      }))
})

const refuses = (fault: Option.Option<Fault>) => Option.exists(fault, ({ _tag }) => _tag === "Refuse")

type Certificate = "Own" | WrongCertificate

const certificateOf = (fault: Option.Option<Fault>): Certificate =>
  Option.isSome(fault) && fault.value._tag === "Certificate" ? fault.value.kind : "Own"

/** One server for every certificate that a kubelet may present. */
const tlsServers = Effect.fnUntraced(function*(
  app: Effect.Effect<HttpServerResponse.HttpServerResponse, never, HttpServerRequest.HttpServerRequest>
) {
  const { clusterCa, kubeletCa } = yield* Identities
  const kubelet = { commonName: "system:node:simulated", organizations: ["system:nodes"], addresses: ["127.0.0.1"] }
  const otherCa = yield* Authority.make("some-other-ca")
  const serve = (pair: Effect.Effect<Authority.Pair>) =>
    Effect.flatMap(pair, (pair) => Loopback.secureServer(app, { ...pair, clientCa: clusterCa.cert }))
  const servers = {
    Own: serve(kubeletCa.issueServer(kubelet)),
    OtherAuthority: serve(otherCa.issueServer(kubelet)),
    SelfSigned: serve(selfMade(kubelet)),
    Expired: serve(kubeletCa.issueServer({ ...kubelet, validity: Authority.expired })),
    WrongName: serve(kubeletCa.issueServer({ ...kubelet, addresses: ["192.0.2.1"], names: ["elsewhere.example"] }))
  }
  return yield* Effect.all(servers satisfies Record<Certificate, unknown>)
})

/** As kubelets make their own where nobody issues them one: with an authority that is made for it alone, and comes along. */
const selfMade = (kubelet: Authority.ServerOptions) =>
  Effect.gen(function*() {
    const authority = yield* Authority.make("simulated-ca@1764201600")
    const { cert, key } = yield* authority.issueServer(kubelet)
    return { cert: `${cert}\n${authority.cert}`, key }
  })

/** The kubelet that listens on the request's port answers; when it breaks the connection, nobody does. */
const answerOn = (byPort: ReadonlyMap<number, Listening>) =>
  Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    const { localPort, remotePort } = NodeHttpServerRequest.toIncomingMessage(request).socket
    const listening = byPort.get(localPort ?? 0)
    if (listening === undefined) return HttpServerResponse.empty({ status: 503 })
    return yield* Effect.catchTag(listening.kubelet.respond, "ConnectionBroken", () => {
      for (const socket of listening.listener.connections) {
        if (socket.remotePort === remotePort) socket.resetAndDestroy()
      }
      return Effect.never
    })
  }).pipe(Effect.provideService(PeerCertificate, fromSocket))
