/** What every kubelet says, asked once for all checks that want to know. */
import { Context, Effect, Layer, type Option, Result, Stream } from "effect"
import * as Nodes from "../discover/Nodes.ts"
import type { Kube } from "../kube/Kube.ts"
import type { Sample } from "../Sample.ts"
import { Kubelet } from "../scrape/Kubelet.ts"
import type { KubeletError } from "../scrape/KubeletError.ts"
import type { Unchecked } from "./Finding.ts"
import * as KubeApi from "./KubeApi.ts"

/** What is kept of a page. */
export interface Reading {
  /** Where it was read, `host:port`. */
  readonly address: string
  /** Of the node, or of its newest container where the node has none: milliseconds since the epoch, by the kubelet's clock. */
  readonly timestamp: number
  /** The pods in it, `namespace/name`. */
  readonly pods: ReadonlySet<string>
}

export interface Look {
  readonly node: Nodes.Node
  readonly outcome: Result.Result<Reading, KubeletError>
}

/** Handshakes cost, and unreachable nodes take the whole request timeout. */
export const concurrency = 250

export class Survey extends Context.Service<Survey, {
  /** Of every node that is selected, in the order of their names. */
  readonly looks: Effect.Effect<ReadonlyArray<Look>, Unchecked>
  /** Asks a kubelet again. */
  readonly look: (node: Nodes.Node) => Effect.Effect<Look>
}>()("metrics-server/doctor/Survey") {
  static layer({ nodeSelector }: { readonly nodeSelector: Option.Option<string> }): Layer.Layer<
    Survey,
    never,
    Kube | Kubelet
  > {
    return Layer.effect(
      Survey,
      Effect.gen(function*() {
        const kubelet = yield* Kubelet
        const context = yield* Effect.context<Kube>()
        const look = (node: Nodes.Node) =>
          Effect.map(Effect.result(Effect.map(kubelet.scrape(node), reading)), (outcome) => ({ node, outcome }))

        const { decode, ...resource } = Nodes.resource(nodeSelector)
        const nodes = KubeApi.list("nodes", resource).pipe(
          // One that lacks what is read of it is none to the server either.
          Stream.map(decode),
          Stream.filter(Result.isSuccess),
          Stream.map(({ success }) => success),
          Stream.runCollect,
          Effect.provide(context)
        )
        const looks = yield* Effect.cached(Effect.flatMap(nodes, Effect.forEach(look, { concurrency })))
        return Survey.of({ looks, look })
      })
    )
  }
}

const reading = ({ address = "", containers, points }: Sample): Reading => {
  const timestamps = Array.from({ length: points.rows }, (_, row) => points.timestamp(row))
  const [ofNode = Number.NaN, ...ofContainers] = timestamps
  return {
    address,
    timestamp: Number.isNaN(ofNode) ? Math.max(...ofContainers.filter((it) => !Number.isNaN(it))) : ofNode,
    pods: new Set(containers.map(({ namespace, pod }) => `${namespace}/${pod}`))
  }
}
