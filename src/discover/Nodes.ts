/** The nodes of the cluster as they are now: what scraping needs to know of them, and every change of it. */
import { Context, Effect, Layer, Option, Result, Schema, type Stream } from "effect"
import { intern, type Labels } from "./Labels.ts"
import { type Change, LiveMap } from "./LiveMap.ts"
import * as Reflector from "./Reflector.ts"

export interface Node {
  readonly name: string
  readonly labels: Labels
  readonly addresses: ReadonlyArray<{ readonly type: string; readonly address: string }>
  /** Where its kubelet says it listens; 0 when it does not say, or something that is no port. */
  readonly kubeletPort: number
  readonly ready: boolean
  /** Where its kubelet serves resource metrics; starts with a slash. */
  readonly metricsPath: string
}

export class Nodes extends Context.Service<Nodes, {
  get(name: string): Node | undefined
  /** Sorted by name. */
  list(): ReadonlyArray<Node>
  /** The same in arrays that stay the same until something in them changes. */
  parts(): ReadonlyArray<ReadonlyArray<Node>>
  /** First what is there, then what changes. A heartbeat that changes nothing here is no change. */
  readonly changes: Stream.Stream<Change<Node>>
  readonly synced: Effect.Effect<boolean>
  readonly awaitSynced: Effect.Effect<void>
  readonly health: Effect.Effect<Reflector.Health>
}>()("metrics-server/discover/Nodes") {
  static layer({ nodeSelector }: { readonly nodeSelector: Option.Option<string> }) {
    return Layer.effect(
      Nodes,
      Effect.gen(function*() {
        const live = new LiveMap(same)
        const reflector = yield* Reflector.make({ ...resource(nodeSelector), live })
        return view(live, reflector)
      })
    )
  }

  /** A cluster that never changes. */
  static layerStatic(nodes: ReadonlyArray<Node>) {
    return Layer.sync(Nodes, () => {
      const live = new LiveMap(same)
      live.replace(nodes)
      return view(live, Reflector.idle)
    })
  }
}

/** How nodes are asked for, and what is kept of one. */
export const resource = (nodeSelector: Option.Option<string>) => ({
  path: "/api/v1/nodes",
  params: Option.match(nodeSelector, { onNone: () => ({}), onSome: (labelSelector) => ({ labelSelector }) }),
  accept: { list: "application/json", watch: "application/json" },
  decode: (object: unknown) => Result.map(decode(object), toNode)
})

const view = (live: LiveMap<Node>, reflector: Reflector.Reflector) =>
  Nodes.of({
    ...reflector,
    get: (name) => live.get("", name),
    list: () => live.list(),
    parts: () => live.parts(),
    changes: live.changes
  })

const metricsPath = "metrics.k8s.io/resource-metrics-path"

const empty = Effect.succeed({})

const none = Effect.succeed([])

const NodeObject = Schema.Struct({
  metadata: Schema.Struct({
    name: Schema.NonEmptyString,
    labels: Schema.Record(Schema.String, Schema.String).pipe(Schema.withDecodingDefaultKey(empty)),
    annotations: Schema.Struct({ [metricsPath]: Schema.optionalKey(Schema.String) }).pipe(
      Schema.withDecodingDefaultKey(empty)
    )
  }),
  status: Schema.Struct({
    addresses: Schema.Array(Schema.Struct({ type: Schema.String, address: Schema.String })).pipe(
      Schema.withDecodingDefaultKey(none)
    ),
    conditions: Schema.Array(Schema.Struct({ type: Schema.String, status: Schema.String })).pipe(
      Schema.withDecodingDefaultKey(none)
    ),
    daemonEndpoints: Schema.Struct({
      kubeletEndpoint: Schema.Struct({ Port: Schema.Int }).pipe(
        Schema.withDecodingDefaultKey(Effect.succeed({ Port: 0 }))
      )
    }).pipe(Schema.withDecodingDefaultKey(empty))
  }).pipe(Schema.withDecodingDefaultKey(empty))
})

const decode = Schema.decodeUnknownResult(NodeObject)

const toNode = ({ metadata, status }: typeof NodeObject.Type): Node => ({
  name: metadata.name,
  labels: intern(metadata.labels),
  addresses: status.addresses,
  kubeletPort: isPort(status.daemonEndpoints.kubeletEndpoint.Port) ? status.daemonEndpoints.kubeletEndpoint.Port : 0,
  ready: status.conditions.some(({ status, type }) => type === "Ready" && status === "True"),
  metricsPath: pathOf(metadata.annotations[metricsPath] || "/metrics/resource")
})

const isPort = (port: number) => port > 0 && port < 65_536

/** A path and nothing else: no query, and never another host, as in metrics-server. */
const pathOf = (text: string) =>
  new URL(`http://node${text.startsWith("/") ? "" : "/"}${text.replaceAll(/[?#]/g, encodeURIComponent)}`).pathname

const same = (a: Node, b: Node) =>
  a.labels === b.labels &&
  a.kubeletPort === b.kubeletPort &&
  a.ready === b.ready &&
  a.metricsPath === b.metricsPath &&
  a.addresses.length === b.addresses.length &&
  a.addresses.every(({ address, type }, i) => b.addresses[i]?.address === address && b.addresses[i].type === type)
