/** The usage that is served: whose it is, and until when it stands. */
import type { NodePoints } from "./NodePoints.ts"
import { PlacedUsages, Places } from "./Places.ts"
import type { PodRows } from "./PodRows.ts"
import { PublishedUsage, type UsageRows } from "./PublishedUsage.ts"
import { start, type UsageBlock } from "./UsageBlock.ts"

export interface PodName {
  readonly namespace: string
  readonly name: string
}

const nodeRows = { rows: [0], names: [""] }

export interface NodeName {
  readonly name: string
}

export class Published {
  readonly #nodes = new Map<string, PublishedUsage>()
  /** By namespace, then by name. */
  readonly #pods = new Map<string, Map<string, PublishedUsage>>()
  /** Of parts of lists that were asked for: where memory is large, finding takes longer than reading. */
  readonly #places = new WeakMap<ReadonlyArray<unknown>, Places>()
  /** How often something came, went, or is elsewhere than before. */
  #moves = 0
  /** Milliseconds. */
  readonly #retention: number

  constructor(retention: number) {
    this.#retention = retention
  }

  node(name: string, now: number) {
    return this.#standing(this.#nodes.get(name), now)
  }

  pod(namespace: string, name: string, now: number) {
    return this.#standing(this.#pods.get(namespace)?.get(name), now)
  }

  nodes(part: ReadonlyArray<NodeName>, now: number) {
    return this.#placed(part, now, (index) => this.#nodes.get(part[index]!.name))
  }

  pods(part: ReadonlyArray<PodName>, now: number) {
    return this.#placed(part, now, (index) => {
      const { name, namespace } = part[index]!
      return this.#pods.get(namespace)?.get(name)
    })
  }

  counts(now: number) {
    let nodes = 0
    let containers = 0
    for (const usage of this.#nodes.values()) {
      if (this.#standing(usage, now)) nodes++
    }
    for (const pods of this.#pods.values()) {
      for (const usage of pods.values()) containers += this.#standing(usage, now)?.size ?? 0
    }
    return { nodes, containers }
  }

  /** Takes in what the last sample of a node completes. */
  put(points: NodePoints, now: number) {
    if (points.publishNode(now)) this.#putNode(points.own)
    for (const pod of points.pods) {
      if (points.publishPod(pod, now)) this.#putPod(pod, points.usages, now)
      else this.#releaseOther(pod, points.usages.node)
    }
  }

  releaseNode(name: string) {
    const usage = this.#nodes.get(name)
    if (usage === undefined) return
    this.#release(usage)
    this.#nodes.delete(name)
  }

  /** Takes back what this node published of the pod. */
  releasePod(namespace: string, name: string, node: string) {
    const pods = this.#pods.get(namespace)
    const usage = pods?.get(name)
    if (pods === undefined || usage?.node !== node) return
    this.#release(usage)
    pods.delete(name)
    if (pods.size === 0) this.#pods.delete(namespace)
  }

  #putNode(block: UsageBlock) {
    const usage = this.#nodes.get(block.node)
    if (usage === undefined) this.#nodes.set(block.node, this.#make(block, nodeRows))
    else this.#renew(usage, block, nodeRows)
  }

  /** A pod that two nodes report is of the one where it started later: it has moved there. */
  #putPod(pod: PodRows, block: UsageBlock, now: number) {
    const { published } = pod
    const usage = published?.isReleased === false ? published : this.#find(pod, block)
    pod.published = usage
    const owner = this.#standing(usage, now)
    if (owner === undefined || owner.node === block.node || start(block, pod.rows) > owner.start) {
      this.#renew(usage, block, pod)
    }
  }

  /** A pod that has none of the containers any more of which its usage is was made anew under its name. */
  #releaseOther({ name, names, namespace }: PodRows, node: string) {
    const usage = this.#pods.get(namespace)?.get(name)
    if (usage !== undefined && !usage.names.some((it) => names.includes(it))) this.releasePod(namespace, name, node)
  }

  /** What is published of the pod; this, if it is nothing yet. */
  #find(pod: PodRows, block: UsageBlock) {
    const { name, namespace } = pod
    let pods = this.#pods.get(namespace)
    if (pods === undefined) {
      pods = new Map()
      this.#pods.set(namespace, pods)
    }
    let usage = pods.get(name)
    if (usage === undefined) {
      usage = this.#make(block, pod)
      pods.set(name, usage)
    }
    return usage
  }

  #make(block: UsageBlock, rows: UsageRows) {
    this.#moves++
    return new PublishedUsage(block, rows)
  }

  #renew(usage: PublishedUsage, block: UsageBlock, rows: UsageRows) {
    if (usage.renew(block, rows)) this.#moves++
  }

  #release(usage: PublishedUsage) {
    this.#moves++
    usage.isReleased = true
  }

  #placed(part: ReadonlyArray<unknown>, now: number, find: (index: number) => PublishedUsage | undefined) {
    const places = this.#places.get(part) ?? new Places(part.length)
    this.#places.set(part, places)
    return new PlacedUsages(places.look(this.#moves, find), now, this.#retention)
  }

  #standing(usage: PublishedUsage | undefined, now: number) {
    return usage?.stands(now, this.#retention) ? usage : undefined
  }
}
