/** The running pods of the cluster as they are now: their names and labels, and nothing more. */
import { Context, Effect, Layer, Result, Schema } from "effect"
import { intern, type Labels } from "./Labels.ts"
import { LiveMap } from "./LiveMap.ts"
import * as Reflector from "./Reflector.ts"

export interface Pod {
  readonly namespace: string
  readonly name: string
  readonly labels: Labels
}

export class Pods extends Context.Service<Pods, {
  get(namespace: string, name: string): Pod | undefined
  /**
   * Sorted by namespace, then by name, in arrays that stay the same until something in them changes. An empty namespace stands
   * for all.
   */
  parts(namespace: string): ReadonlyArray<ReadonlyArray<Pod>>
  readonly synced: Effect.Effect<boolean>
  readonly awaitSynced: Effect.Effect<void>
  readonly health: Effect.Effect<Reflector.Health>
}>()("metrics-server/discover/Pods") {
  static readonly layer = Layer.effect(
    Pods,
    Effect.gen(function*() {
      const live = new LiveMap(same)
      const reflector = yield* Reflector.make({
        path: "/api/v1/pods",
        params: { fieldSelector: "status.phase=Running" },
        // Metadata only, where the server can: https://kubernetes.io/docs/reference/using-api/api-concepts
        accept: {
          list: "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json",
          watch: "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json"
        },
        decode: (object) => Result.map(decode(object), toPod),
        live
      })
      return view(live, reflector)
    })
  )

  /** Pods that never change. */
  static layerStatic(pods: ReadonlyArray<Pod>) {
    return Layer.sync(Pods, () => {
      const live = new LiveMap(same)
      live.replace(pods)
      return view(live, Reflector.idle)
    })
  }
}

const view = (live: LiveMap<Pod>, reflector: Reflector.Reflector) =>
  Pods.of({
    ...reflector,
    get: (namespace, name) => live.get(namespace, name),
    parts: (namespace) => live.parts(namespace)
  })

const PodObject = Schema.Struct({
  metadata: Schema.Struct({
    namespace: Schema.NonEmptyString,
    name: Schema.NonEmptyString,
    labels: Schema.Record(Schema.String, Schema.String).pipe(Schema.withDecodingDefaultKey(Effect.succeed({})))
  })
})

const decode = Schema.decodeUnknownResult(PodObject)

const toPod = ({ metadata: { labels, name, namespace } }: typeof PodObject.Type): Pod => ({
  namespace,
  name,
  labels: intern(labels)
})

/** Names are what a pod is found by, so its labels are all that can differ. */
const same = (a: Pod, b: Pod) => a.labels === b.labels
