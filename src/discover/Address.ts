/** Which addresses and port of a node to dial, in order. */
import { Function } from "effect"
import type { Node } from "./Nodes.ts"

export interface AddressOptions {
  /** Types such as `InternalIP`, the most wanted first. Addresses of other types are not dialled. */
  readonly preferredTypes: ReadonlyArray<string>
  /** Where a kubelet listens whose node does not say so, or is not asked to. */
  readonly port: number
  /** Whether the node's own word on its kubelet's port counts. */
  readonly useNodeStatusPort: boolean
}

export interface Endpoint {
  /** A host name or an IP address, IPv6 without brackets. */
  readonly address: string
  readonly port: number
}

/**
 * The first is the one to dial, as in metrics-server: the first address of the first type that the node has. The others
 * are fallbacks, without repetition. None when the node has no address of a preferred type.
 */
export const candidates = (
  node: Pick<Node, "addresses" | "kubeletPort">,
  options: AddressOptions
): ReadonlyArray<Endpoint> => {
  const port = options.useNodeStatusPort && node.kubeletPort !== 0 ? node.kubeletPort : options.port
  const addresses = options.preferredTypes.flatMap((type) =>
    node.addresses.filter((_) => _.type === type && _.address !== "").map(({ address }) => address)
  )
  return [...new Set(addresses)].map((address) => ({ address, port }))
}

/** IPv6 addresses stand in brackets in front of a port. */
export const hostAndPort = Function.memoize(({ address, port }: Endpoint) =>
  `${address.includes(":") ? `[${address}]` : address}:${port}`
)
