/** What the simulated API server stores: versioned objects and the log of their changes, as etcd keeps them. */
import { Clock, Context, Effect, Layer, PubSub } from "effect"
import { names, type Resource } from "./Resources.ts"

/** An object as it is written. */
export interface Draft {
  readonly resource: Resource
  /** Empty for resources without namespaces. */
  readonly namespace: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  /** What field selectors may ask for, beyond name and namespace. */
  readonly fields?: Readonly<Record<string, string>>
  /** Everything but kind and metadata, made only when somebody looks: 30 000 pods cost little until they are listed. */
  readonly body: () => object
  /** Milliseconds since the epoch; now, unless it is older. */
  readonly createdAt?: number
}

export interface Stored extends Draft {
  /** Objects are stored, listed and continued in its order. */
  readonly key: string
  readonly uid: string
  readonly createdAt: number
  readonly resourceVersion: number
}

/** A step of the cluster's history; a new object has no `before`, a deleted one no `after`. */
export interface Change {
  readonly resource: Resource
  readonly resourceVersion: number
  readonly before: Stored | undefined
  readonly after: Stored | undefined
}

export class ObjectStore extends Context.Service<ObjectStore, {
  put(draft: Draft): Effect.Effect<Stored>
  remove(resource: Resource, namespace: string, name: string): Effect.Effect<void>
  get(resource: Resource, namespace: string, name: string): Stored | undefined
  /** Sorted by namespace and name. */
  list(resource: Resource): ReadonlyArray<Stored>
  /** The version of the last change. */
  readonly resourceVersion: () => number
  /** The first version that history still reaches back to. */
  readonly oldestVersion: () => number
  /** What happened after that version. */
  since(resourceVersion: number): ReadonlyArray<Change>
  /** Forgets the history: whoever resumes from an older version, or continues an older list, is told that it is gone. */
  readonly compact: Effect.Effect<void>
  /** Goes on from a far higher version without history, as an etcd that was restored with its revision bumped. */
  readonly jump: Effect.Effect<void>
  /** Published in the order of history. */
  readonly changes: PubSub.PubSub<Change>
}>()("metrics-server/simulate/ObjectStore") {
  static readonly layer = Layer.effect(
    ObjectStore,
    Effect.gen(function*() {
      const changes = yield* PubSub.unbounded<Change>()
      const objects = Object.fromEntries(names.map((name) => [name, new Collection()])) as Record<Resource, Collection>
      let log: Array<Change> = []
      // a real cluster's versions do not begin at one, and clients must not think so
      let version = 1000
      let oldest = version
      let created = 0

      /** Synchronous, so that history and what is published have the same order. */
      const commit = (resource: Resource, before: Stored | undefined, after: Stored | undefined) => {
        const change: Change = { resource, resourceVersion: version, before, after }
        log.push(change)
        PubSub.publishUnsafe(changes, change)
      }

      const put = Effect.fnUntraced(function*(draft: Draft) {
        const before = objects[draft.resource].get(draft.namespace, draft.name)
        const after: Stored = {
          ...draft,
          key: keyOf(draft.namespace, draft.name),
          uid: before?.uid ?? uid(++created),
          createdAt: before?.createdAt ?? draft.createdAt ?? (yield* Clock.currentTimeMillis),
          resourceVersion: ++version
        }
        objects[draft.resource].set(after)
        commit(draft.resource, before, after)
        return after
      })

      const remove = (resource: Resource, namespace: string, name: string) =>
        Effect.sync(() => {
          const before = objects[resource].get(namespace, name)
          if (before === undefined) return
          objects[resource].delete(before)
          version++
          commit(resource, before, undefined)
        })

      const goOn = (by: number) =>
        Effect.sync(() => {
          version += by
          oldest = version
          log = []
        })

      return {
        put,
        remove,
        get: (resource, namespace, name) => objects[resource].get(namespace, name),
        list: (resource) => objects[resource].sorted(),
        resourceVersion: () => version,
        oldestVersion: () => oldest,
        since: (resourceVersion) => log.filter((change) => change.resourceVersion > resourceVersion),
        // what was current a moment ago is gone, too
        compact: goOn(1),
        jump: goOn(1_000_000_000),
        changes
      }
    })
  )
}

/** The objects of one resource; their order is worked out again only after one came or went. */
class Collection {
  readonly #byKey = new Map<string, Stored>()
  #sorted: ReadonlyArray<Stored> | undefined

  get(namespace: string, name: string) {
    return this.#byKey.get(keyOf(namespace, name))
  }

  set(object: Stored) {
    this.#byKey.set(object.key, object)
    this.#sorted = undefined
  }

  delete({ key }: Stored) {
    this.#byKey.delete(key)
    this.#sorted = undefined
  }

  sorted() {
    this.#sorted ??= [...this.#byKey.values()].sort((a, b) => a.key < b.key ? -1 : 1)
    return this.#sorted
  }
}

export const keyOf = (namespace: string, name: string) => `${namespace}/${name}`

/** Has the form of a UUID and is the same on every run. */
const uid = (n: number) => `5eed0000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`
