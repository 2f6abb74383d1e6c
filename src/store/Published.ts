/** The usage that is served: whose it is, and until when it stands. */
import type { NodePoints, PodRows } from "./NodePoints.ts"
import { PublishedUsage, type UsageBlock } from "./PublishedUsage.ts"

export interface PodName {
  readonly namespace: string
  readonly name: string
}

const nodeRows = { rows: [0], names: [""] }

export class Published {
  readonly #nodes = new Map<string, PublishedUsage>()
  /** By namespace, then by name. */
  readonly #pods = new Map<string, Map<string, PublishedUsage>>()
  /** What was found for the pods of a list: where memory is large, finding takes longer than reading. */
  readonly #found = new WeakMap<ReadonlyArray<PodName>, Array<PublishedUsage | undefined>>()
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

  pods(list: ReadonlyArray<PodName>, now: number) {
    const found = this.#found.get(list) ?? Array<PublishedUsage | undefined>(list.length).fill(undefined)
    this.#found.set(list, found)
    return (index: number) => {
      let usage = found[index]
      if (usage === undefined || usage.isReleased) {
        const { name, namespace } = list[index]!
        usage = this.#pods.get(namespace)?.get(name)
        found[index] = usage
      }
      return this.#standing(usage, now)
    }
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
    if (points.publish(nodeRows.rows, now)) this.#putNode(points.usages)
    for (const pod of points.pods) {
      if (points.publish(pod.rows, now)) this.#putPod(pod, points.usages, now)
    }
  }

  releaseNode(name: string) {
    this.#nodes.delete(name)
  }

  /** Takes back what this node published of the pod. */
  releasePod(namespace: string, name: string, node: string) {
    const pods = this.#pods.get(namespace)
    const usage = pods?.get(name)
    if (pods === undefined || usage?.node !== node) return
    usage.isReleased = true
    pods.delete(name)
    if (pods.size === 0) this.#pods.delete(namespace)
  }

  #putNode(block: UsageBlock) {
    const usage = this.#nodes.get(block.node)
    if (usage === undefined) this.#nodes.set(block.node, new PublishedUsage(block, nodeRows))
    else usage.renew(block, nodeRows)
  }

  /** A pod that two nodes report is of the one where it started later: it has moved there. */
  #putPod(pod: PodRows, block: UsageBlock, now: number) {
    const { published } = pod
    const usage = published?.isReleased === false ? published : this.#find(pod, block)
    pod.published = usage
    const owner = this.#standing(usage, now)
    if (owner === undefined || owner.node === block.node || block.start(pod.rows) > owner.start) usage.renew(block, pod)
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
      usage = new PublishedUsage(block, pod)
      pods.set(name, usage)
    }
    return usage
  }

  #standing(usage: PublishedUsage | undefined, now: number) {
    return usage !== undefined && now - usage.publishedAt <= this.#retention ? usage : undefined
  }
}
