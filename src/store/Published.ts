/** The usage that is served: whose it is, and until when it stands. */
import { isDeepStrictEqual } from "node:util"
import type { NodeUsage, PodUsage } from "../Sample.ts"
import type { PodRows } from "./NodePoints.ts"

interface Entry<A> {
  readonly value: A
  /** By our clock; kubelet clocks may be skewed. */
  readonly publishedAt: number
}

interface PodEntry extends Entry<PodUsage> {
  /** When the pod began on that node. */
  readonly start: number
}

export class Published {
  readonly #nodes = new Map<string, Entry<NodeUsage>>()
  /** By namespace, then by name. */
  readonly #pods = new Map<string, Map<string, PodEntry>>()
  readonly #retention: number

  constructor(retention: number) {
    this.#retention = retention
  }

  node(name: string, now: number) {
    return this.#standing(this.#nodes.get(name), now)?.value
  }

  pod(namespace: string, name: string, now: number) {
    return this.#standing(this.#pods.get(namespace)?.get(name), now)?.value
  }

  counts(now: number) {
    let nodes = 0
    let containers = 0
    for (const entry of this.#nodes.values()) {
      if (this.#standing(entry, now)) nodes++
    }
    for (const pods of this.#pods.values()) {
      for (const entry of pods.values()) containers += this.#standing(entry, now)?.value.containers.length ?? 0
    }
    return { nodes, containers }
  }

  putNode(name: string, value: NodeUsage, now: number) {
    this.#nodes.set(name, { value: unchanged(this.#nodes.get(name), value), publishedAt: now })
  }

  /** A pod that two nodes report is of the one where it started later: it has moved there. */
  putPod({ name, namespace }: PodRows, value: PodUsage, start: number, now: number) {
    const pods = this.#pods.get(namespace) ?? new Map<string, PodEntry>()
    const entry = pods.get(name)
    const owner = this.#standing(entry, now)
    if (owner !== undefined && owner.value.node !== value.node && start <= owner.start) return
    this.#pods.set(namespace, pods.set(name, { value: unchanged(entry, value), publishedAt: now, start }))
  }

  releaseNode(name: string) {
    this.#nodes.delete(name)
  }

  /** Takes back what this node published of the pod. */
  releasePod(namespace: string, name: string, node: string) {
    const pods = this.#pods.get(namespace)
    if (pods?.get(name)?.value.node !== node) return
    pods.delete(name)
    if (pods.size === 0) this.#pods.delete(namespace)
  }

  #standing<E extends Entry<unknown>>(entry: E | undefined, now: number) {
    return entry !== undefined && now - entry.publishedAt <= this.#retention ? entry : undefined
  }
}

/** A repeated reading makes the same value again: then it stays the same object, so that what was made of it can be kept. */
const unchanged = <A extends NodeUsage | PodUsage>(entry: Entry<A> | undefined, value: A) =>
  entry?.value.timestamp === value.timestamp && isDeepStrictEqual(entry.value, value) ? entry.value : value
