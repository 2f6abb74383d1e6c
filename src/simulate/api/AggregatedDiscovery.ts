/** What the metrics server says it serves: found out as the aggregation layer of the real kube-apiserver does. */
import { Effect, Option, Schema } from "effect"
import { type Aggregator, groupName } from "../Aggregator.ts"

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

/** From one document, or from one per version, if it knows no such document. What is registered is listed in any case. */
export const discover = Effect.fnUntraced(function*(
  registered: ReadonlyArray<string>,
  ask: (typeof Aggregator.Service)["ask"]
): Effect.fn.Return<Versions> {
  if (registered.length === 0) return []
  const whole = (yield* ask("/apis", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")).pipe(
    Option.flatMap(Schema.decodeUnknownOption(GroupList)),
    Option.flatMapNullishOr(({ items }) => items.find(({ metadata }) => metadata.name === groupName)?.versions)
  )
  return yield* Effect.forEach(registered, (version) =>
    Option.match(whole, {
      onNone: () => askFor(version, ask),
      onSome: (versions) =>
        Effect.succeed(versions.find((found) => found.version === version) ?? empty(version, "Current"))
    }))
})

const askFor = (version: string, ask: (typeof Aggregator.Service)["ask"]) =>
  Effect.map(
    ask(`/apis/${groupName}/${version}`, "application/json"),
    (answer) =>
      Option.match(Option.flatMap(answer, Schema.decodeUnknownOption(ResourceList)), {
        onNone: () => empty(version, "Stale"),
        onSome: (list) => fromLegacy(version, list)
      })
  )

const empty = (version: string, freshness: "Current" | "Stale") => ({ version, resources: [], freshness })

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
