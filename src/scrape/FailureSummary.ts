/** Many failures told as few: by reason, with how many nodes it concerns, some of them as examples, and what to do. */
import { Array } from "effect"
import { advice, type KubeletError, type KubeletReason } from "./KubeletError.ts"

export interface Cause {
  readonly reason: KubeletReason
  readonly advice: string
  /** How many nodes fail for it. */
  readonly nodes: number
  /** One of the failures: its node, what was dialled, and what happened. */
  readonly example: Pick<KubeletError, "node" | "address" | "detail">
}

/** Most nodes first. */
export const summarize = (errors: ReadonlyArray<KubeletError>): ReadonlyArray<Cause> =>
  Object.values(Array.groupBy(errors, ({ reason }) => reason))
    .map((same) => ({
      reason: same[0].reason,
      advice: advice[same[0].reason],
      nodes: same.length,
      example: same[0]
    }))
    .toSorted((a, b) => b.nodes - a.nodes)

/** For people, behind the nodes that it concerns. */
export const describe = ({ advice, example, reason }: Cause) => {
  const at = example.address === "" ? "" : ` at ${example.address}`
  return `${example.detail} (${reason}), such as ${example.node}${at}; ${advice}`
}
