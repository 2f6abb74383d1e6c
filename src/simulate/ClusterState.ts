/** The simulated cluster as it lives: nodes and pods come, change and go, and the API server and the kubelets follow. */
import { Clock, Context, Effect, Layer } from "effect"
import type { Node, Pod } from "./Cluster.ts"
import type { RunningPod } from "./KubeletPage.ts"
import * as Objects from "./Objects.ts"
import { ObjectStore } from "./ObjectStore.ts"

/** A node as the API server knows it: what it is, where its kubelet listens, and how it is. */
export interface LiveNode extends Node {
  readonly address: string
  readonly port: number
  readonly ready: boolean
  readonly annotations: Readonly<Record<string, string>>
  readonly startedAt: number
}

export interface LivePod extends Pod {
  readonly phase: "Pending" | "Running" | "Succeeded" | "Failed"
  readonly startedAt: number
}

export class ClusterState extends Context.Service<ClusterState, {
  addNode(node: Node, endpoint: { readonly address: string; readonly port: number }): Effect.Effect<void>
  updateNode(name: string, f: (node: LiveNode) => LiveNode): Effect.Effect<void>
  removeNode(name: string): Effect.Effect<void>
  /** Runs from now on, or since an earlier time. */
  addPod(pod: Pod, options?: { readonly startedAt?: number }): Effect.Effect<void>
  updatePod(namespace: string, name: string, f: (pod: LivePod) => LivePod): Effect.Effect<void>
  removePod(namespace: string, name: string): Effect.Effect<void>
  /** Who resumes a watch or continues a list from before now is answered 410. */
  readonly compact: Effect.Effect<void>
  /** The same, and versions go on from far above. */
  readonly jump: Effect.Effect<void>
  /** The pods that run on a node. The same array until one of them changes. */
  runningOn(node: string): ReadonlyArray<RunningPod>
}>()("metrics-server/simulate/ClusterState") {
  static readonly layer = Layer.effect(
    ClusterState,
    Effect.gen(function*() {
      const store = yield* ObjectStore
      const nodes = new Map<string, LiveNode>()
      const pods = new Map<string, Map<string, LivePod>>()
      const nodeOfPod = new Map<string, string>()
      const running = new Map<string, ReadonlyArray<RunningPod>>()
      yield* Effect.forEach(
        ["default", "kube-node-lease", "kube-public", "kube-system"],
        (name) => store.put(Objects.namespace(name))
      )

      const putNode = Effect.fnUntraced(function*(node: LiveNode) {
        nodes.set(node.name, node)
        yield* store.put(Objects.node(node))
      })

      const putPod = Effect.fnUntraced(function*(pod: LivePod) {
        const key = `${pod.namespace}/${pod.name}`
        const before = nodeOfPod.get(key)
        if (before !== undefined && before !== pod.nodeName) forgetPod(key)
        const siblings = pods.get(pod.nodeName) ?? new Map<string, LivePod>()
        pods.set(pod.nodeName, siblings.set(key, pod))
        nodeOfPod.set(key, pod.nodeName)
        running.delete(pod.nodeName)
        if (store.get("namespaces", "", pod.namespace) === undefined) yield* store.put(Objects.namespace(pod.namespace))
        yield* store.put(Objects.pod(pod))
      })

      const forgetPod = (key: string) => {
        const node = nodeOfPod.get(key)
        if (node === undefined) return
        pods.get(node)?.delete(key)
        nodeOfPod.delete(key)
        running.delete(node)
      }

      return {
        addNode: Effect.fnUntraced(function*(node, endpoint) {
          const startedAt = longAgo(yield* Clock.currentTimeMillis)
          yield* putNode({ ...node, ...endpoint, ready: true, annotations: {}, startedAt })
        }),
        updateNode: Effect.fnUntraced(function*(name, f) {
          const node = nodes.get(name)
          if (node !== undefined) yield* putNode(f(node))
        }),
        removeNode: Effect.fnUntraced(function*(name) {
          nodes.delete(name)
          yield* store.remove("nodes", "", name)
        }),
        addPod: Effect.fnUntraced(function*(pod, options) {
          yield* putPod({ ...pod, phase: "Running", startedAt: options?.startedAt ?? (yield* Clock.currentTimeMillis) })
        }),
        updatePod: Effect.fnUntraced(function*(namespace, name, f) {
          const key = `${namespace}/${name}`
          const pod = pods.get(nodeOfPod.get(key) ?? "")?.get(key)
          if (pod !== undefined) yield* putPod(f(pod))
        }),
        removePod: Effect.fnUntraced(function*(namespace, name) {
          forgetPod(`${namespace}/${name}`)
          yield* store.remove("pods", namespace, name)
        }),
        compact: store.compact,
        jump: store.jump,
        runningOn: (node) => {
          const known = running.get(node)
          if (known !== undefined) return known
          const found = [...pods.get(node)?.values() ?? []].filter(({ phase }) => phase === "Running").map((pod) => ({
            pod,
            startedAt: pod.startedAt
          }))
          running.set(node, found)
          return found
        }
      }
    })
  )
}

const hour = 3_600_000

/** When what the simulation begins with was started: long ago, but not before the epoch when a test's clock stands there. */
export const longAgo = (now: number) => Math.max(1000, now - 2 * hour)
