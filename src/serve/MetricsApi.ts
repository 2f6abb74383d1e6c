/** The resources of metrics.k8s.io, nodes and pods: one pipeline for both. */
import { type Array as Arr, Clock, Context, Effect, Function, Iterable, Layer, Result } from "effect"
import { Nodes } from "../discover/Nodes.ts"
import { Pods } from "../discover/Pods.ts"
import type { Usages } from "../Sample.ts"
import { ScrapeStatus } from "../scrape/ScrapeStatus.ts"
import * as FieldSelector from "../selector/FieldSelector.ts"
import { MetricsStore, type Snapshot } from "../store/MetricsStore.ts"
import * as Absence from "./Absence.ts"
import { type BadRequest, type InvalidOptions, ObjectNotFound, VerbNotSupported } from "./ApiError.ts"
import * as Descriptor from "./Descriptor.ts"
import type { Forms } from "./Forms.ts"
import * as Freshness from "./Freshness.ts"
import * as ListOptions from "./ListOptions.ts"
import * as Listing from "./lists/Listing.ts"
import { group, type Version } from "./schema/Metrics.ts"
import * as Selections from "./Selections.ts"

/** Nodes or pods, under one version's name. */
export interface Resource {
  list(request: {
    /** Empty: all of them. */
    readonly namespace: string
    readonly query: URLSearchParams
  }): Effect.Effect<Forms, BadRequest | InvalidOptions | VerbNotSupported>
  get(request: {
    readonly namespace: string
    readonly name: string
  }): Effect.Effect<Forms, ObjectNotFound>
}

export class MetricsApi extends Context.Service<MetricsApi, {
  /** Those that are served, the preferred one first. */
  readonly versions: Arr.NonEmptyReadonlyArray<Version>
  nodes(version: Version): Resource
  pods(version: Version): Resource
}>()("metrics-server/serve/MetricsApi") {
  static layer({ versions }: { readonly versions: Arr.NonEmptyReadonlyArray<Version> }) {
    return Layer.effect(
      MetricsApi,
      Effect.gen(function*() {
        const store = yield* MetricsStore
        const clock = yield* Clock.Clock
        const absence = Absence.make(store, yield* ScrapeStatus)
        const freshness = yield* Freshness.make
        const nodes = Descriptor.ofNodes(yield* Nodes)
        const pods = Descriptor.ofPods(yield* Pods, { selectByNode: versions.includes("v1") })
        return MetricsApi.of({
          versions,
          nodes: serve(store, clock, freshness, nodes, (node) => absence.ofNode(node.name)),
          pods: serve(store, clock, freshness, pods, (pod) => absence.ofPod(pod.namespace, pod.name))
        })
      })
    )
  }
}

const serve = <Object extends Listing.Listed>(
  store: MetricsStore["Service"],
  clock: Clock.Clock,
  freshness: Freshness.Freshness,
  descriptor: Descriptor.Descriptor<Object>,
  /** Why there are no metrics of an object. */
  explain: (object: Object) => Effect.Effect<ReadonlyArray<Absence.Cause>>
) =>
(version: Version): Resource => {
  const { many, one } = descriptor.forms(version)
  const select = Selections.make<Object>()
  const matches = (fields: FieldSelector.FieldSelector, object: Object, usages: Usages) =>
    FieldSelector.matches(fields, (name) => descriptor.field(name, object, usages))
  /** The same list, whose slices are counted as they are read, and looked through for swap only where there is some. */
  const observed = (snapshot: Snapshot, listing: Listing.Listing<Object>): Listing.Listing<Object> => ({
    ...listing,
    hasSwap: () => snapshot.hasSwap && listing.hasSwap(),
    slices: Iterable.map(listing.slices, (slice) => {
      freshness.observeAll(listing.now, slice.timestamps, slice.length)
      return slice
    })
  })
  const optionsOf = Function.memoize((query: URLSearchParams) => ListOptions.parse(query, descriptor.selectableFields))
  return {
    list: ({ namespace, query }) => {
      const read = optionsOf(query)
      if (Result.isFailure(read)) return read.failure
      const { fields, labels, watch } = read.success
      if (watch) return new VerbNotSupported({ verb: "watch", group, resource: descriptor.resource })
      const now = clock.currentTimeMillisUnsafe()
      const snapshot = store.snapshot()
      const parts = descriptor.parts(namespace).map(select(labels))
      const listing = Listing.make(now, parts, (part) => {
        const usagesOf = descriptor.usagesOf(snapshot, part)
        return (object, index) => {
          const usages = usagesOf.at(index)
          if (usages === undefined) return undefined
          // Few select by fields, and asking takes a closure for each object.
          return fields.length > 0 && !matches(fields, object, usages) ? undefined : usages
        }
      })
      return Effect.succeed(many(observed(snapshot, listing)))
    },

    get: ({ name, namespace }) => {
      const object = descriptor.find(namespace, name)
      if (object === undefined) return new ObjectNotFound({ group: "", resource: descriptor.notFound.object, name })
      const now = clock.currentTimeMillisUnsafe()
      const usages = descriptor.usages(store.snapshot(), object)
      if (usages === undefined) {
        return Effect.flatMap(explain(object), (causes) =>
          new ObjectNotFound({
            group,
            resource: descriptor.notFound.metrics,
            name: descriptor.qualifiedName(object),
            causes
          }))
      }
      freshness.observe(now - usages.timestamp)
      return Effect.succeed(one(object, usages, now))
    }
  }
}
