/** Kubernetes objects as they are now: read synchronously, listed in order, followed as a stream of changes. */
import { Effect, Queue, Stream } from "effect"
import { SortedParts } from "./SortedParts.ts"

export interface Named {
  /** Absent for objects of the cluster, such as nodes. */
  readonly namespace?: string
  readonly name: string
}

export type Change<A> =
  | { readonly _tag: "Put"; readonly value: A }
  | { readonly _tag: "Delete"; readonly key: string }

/** The objects of one namespace. */
interface Shelf<A extends Named> {
  readonly byName: Map<string, A>
  readonly sorted: SortedParts<A>
}

export class LiveMap<A extends Named> {
  readonly #same: (a: A, b: A) => boolean
  readonly #shelves = new Map<string, Shelf<A>>()
  readonly #followers = new Set<Queue.Enqueue<Change<A>>>()
  /** By namespace, sorted, until one comes or goes. */
  #sorted: ReadonlyArray<SortedParts<A>> | undefined
  #all: ReadonlyArray<A> | undefined

  /** What is the same as before is no change, and the object from before stays. */
  constructor(same: (a: A, b: A) => boolean) {
    this.#same = same
  }

  get size() {
    let size = 0
    for (const { byName } of this.#shelves.values()) size += byName.size
    return size
  }

  get(namespace: string, name: string): A | undefined {
    return this.#shelves.get(namespace)?.byName.get(name)
  }

  /**
   * Sorted by namespace, then by name, in arrays that stay the same until something in them changes. An empty namespace stands
   * for all.
   */
  parts(namespace = ""): ReadonlyArray<ReadonlyArray<A>> {
    if (namespace !== "") return this.#shelves.get(namespace)?.sorted.parts ?? []
    this.#sorted ??= [...this.#shelves].toSorted(byKey).map(([, { sorted }]) => sorted)
    return this.#sorted.flatMap(({ parts }) => parts)
  }

  /** All of them, in that order. */
  list(): ReadonlyArray<A> {
    return this.#all ??= this.parts().flat()
  }

  put(value: A) {
    const namespace = value.namespace ?? ""
    let shelf = this.#shelves.get(namespace)
    if (shelf === undefined) {
      shelf = { byName: new Map(), sorted: new SortedParts() }
      this.#shelves.set(namespace, shelf)
      this.#sorted = undefined
    }
    const before = shelf.byName.get(value.name)
    if (before !== undefined && this.#same(before, value)) return
    shelf.byName.set(value.name, value)
    shelf.sorted.put(value)
    this.#changed({ _tag: "Put", value })
  }

  delete(namespace: string, name: string) {
    const shelf = this.#shelves.get(namespace)
    if (shelf === undefined || !shelf.byName.delete(name)) return
    shelf.sorted.delete(name)
    if (shelf.byName.size === 0) {
      this.#shelves.delete(namespace)
      this.#sorted = undefined
    }
    this.#changed({ _tag: "Delete", key: namespace === "" ? name : `${namespace}/${name}` })
  }

  /** These and no others, in one step; only what differs is a change. */
  replace(values: ReadonlyArray<A>) {
    const names = Map.groupBy(values, ({ namespace = "" }) => namespace)
    for (const [namespace, shelf] of this.#shelves) {
      const kept = new Set(names.get(namespace)?.map(({ name }) => name))
      for (const name of shelf.byName.keys()) {
        if (!kept.has(name)) this.delete(namespace, name)
      }
    }
    for (const value of values) this.put(value)
  }

  /** First what is there, then what changes: nothing is lost or repeated in between. */
  readonly changes: Stream.Stream<Change<A>> = Stream.callback((queue) =>
    Effect.acquireRelease(
      Effect.sync(() => {
        for (const value of this.list()) Queue.offerUnsafe(queue, { _tag: "Put", value })
        this.#followers.add(queue)
      }),
      () => Effect.sync(() => this.#followers.delete(queue))
    )
  )

  #changed(change: Change<A>) {
    this.#all = undefined
    for (const follower of this.#followers) Queue.offerUnsafe(follower, change)
  }
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => a < b ? -1 : 1
