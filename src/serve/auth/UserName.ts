/** User names that stand for something in the cluster: service accounts and nodes. */

export interface ServiceAccount {
  readonly namespace: string
  readonly name: string
}

export const serviceAccount = (userName: string): ServiceAccount | undefined => {
  const [, namespace = "", name = ""] = /^system:serviceaccount:([^:]*):([^:]*)$/.exec(userName) ?? []
  return isLabel(namespace) && isSubdomain(name) ? { namespace, name } : undefined
}

/** The groups that a service account is always in. */
export const groupsOf = ({ namespace }: ServiceAccount) => [
  "system:serviceaccounts",
  `system:serviceaccounts:${namespace}`
]

/** The name of the node. */
export const node = (userName: string): string | undefined => {
  const name = /^system:node:(.*)$/s.exec(userName)?.[1] ?? ""
  return isSubdomain(name) ? name : undefined
}

const isLabel = (text: string) => text.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text)

export const isSubdomain = (text: string) =>
  text.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(text)
