/** What the metrics server says it serves: found out as the aggregation layer of the real kube-apiserver does. */
import { Effect, Option, Schema } from "effect"
import type { Aggregator } from "../Aggregator.ts"

export const groupName = "metrics.k8s.io"

/** The versions that are registered, most preferred first. */
const registered = ["v1", "v1beta1"]

/** What is read of a version; the rest is passed on as it is. */
const Version = Schema.StructWithRest(Schema.Struct({ version: Schema.String }), [
  Schema.Record(Schema.String, Schema.Unknown)
])

/** The group behind the aggregation layer, most preferred version first. */
export type Versions = ReadonlyArray<typeof Version.Type>

const GroupList = Schema.Struct({
  kind: Schema.Literal("APIGroupDiscoveryList"),
  items: Schema.Array(
    Schema.Struct({ metadata: Schema.Struct({ name: Schema.String }), versions: Schema.Array(Version) })
  )
})

const ResourceList = Schema.Struct({
  kind: Schema.Literal("APIResourceList"),
  resources: Schema.Array(Schema.Struct({
    name: Schema.String,
    kind: Schema.String,
    namespaced: Schema.Boolean,
    singularName: Schema.String,
    verbs: Schema.Array(Schema.String)
  }))
})

/** From one document; from one per version, if it knows no such document; stale, if it does not answer at all. */
export const discover = Effect.fnUntraced(
  function*(ask: (typeof Aggregator.Service)["ask"]): Effect.fn.Return<Versions> {
    const whole = (yield* ask("/apis", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")).pipe(
      Option.flatMap(Schema.decodeUnknownOption(GroupList)),
      Option.flatMapNullishOr(({ items }) => items.find(({ metadata }) => metadata.name === groupName)?.versions)
    )
    if (Option.isSome(whole)) return whole.value
    const one = Effect.fnUntraced(function*(version: string) {
      const answer = yield* ask(`/apis/${groupName}/${version}`, "application/json")
      return Option.map(
        Option.flatMap(answer, Schema.decodeUnknownOption(ResourceList)),
        (list) => fromLegacy(version, list)
      )
    })
    const versions = (yield* Effect.forEach(registered, one)).filter(Option.isSome).map(({ value }) => value)
    return versions.length > 0 ? versions : [{ version: "v1beta1", resources: [], freshness: "Stale" }]
  }
)

const fromLegacy = (version: string, { resources }: typeof ResourceList.Type) => ({
  version,
  resources: resources.map(({ kind, name, namespaced, singularName, verbs }) => ({
    resource: name,
    responseKind: { group: groupName, version, kind },
    scope: namespaced ? "Namespaced" : "Cluster",
    singularResource: singularName,
    verbs
  })),
  freshness: "Current"
})
