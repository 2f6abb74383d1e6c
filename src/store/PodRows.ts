/** Which rows of a node's points are whose: by pods, as a page has them. */
import { Array as Arr } from "effect"
import type { ContainerKey } from "../Sample.ts"
import type { PublishedUsage, UsageRows } from "./PublishedUsage.ts"

/** The rows of a pod's containers, sorted by their names. */
export interface PodRows extends UsageRows {
  readonly namespace: string
  readonly name: string
  /** What is published of the pod, once this node has reported it: so that nobody looks for it at every sample. */
  published: PublishedUsage | undefined
}

/** `containers[i]` has row `i + 1`. */
export const of = (containers: ReadonlyArray<ContainerKey>): ReadonlyArray<PodRows> => {
  const rows = containers.map((key, index) => ({ key, row: index + 1 }))
  const pods = Arr.groupBy(rows, ({ key }) => JSON.stringify([key.namespace, key.pod]))
  const shareName = shareSingles<string>()
  return Object.values(pods).map((pod) => {
    const sorted = pod.sort((a, b) => a.key.container < b.key.container ? -1 : 1)
    return {
      namespace: pod[0].key.namespace,
      name: pod[0].key.pod,
      rows: shareRow(sorted.map(({ row }) => row)),
      names: shareName(sorted.map(({ key }) => key.container)),
      published: undefined
    }
  })
}

/** Most pods have one container: they share the arrays of one element. */
const shareSingles = <A>() => {
  const known = new Map<A, ReadonlyArray<A>>()
  return (array: ReadonlyArray<A>): ReadonlyArray<A> => {
    const [first] = array
    if (first === undefined || array.length > 1) return array
    const same = known.get(first)
    if (same !== undefined) return same
    known.set(first, array)
    return array
  }
}

/** As many as the largest node has rows. */
const shareRow = shareSingles<number>()
