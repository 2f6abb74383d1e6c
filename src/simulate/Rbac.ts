/** Role-based access control by Kubernetes' rules: roles and bindings as data, and one question asked of them. */
import type { Attributes, ResourceAttributes, UserInfo } from "./Attributes.ts"

export interface PolicyRule {
  readonly verbs: ReadonlyArray<string>
  readonly apiGroups?: ReadonlyArray<string>
  readonly resources?: ReadonlyArray<string>
  readonly resourceNames?: ReadonlyArray<string>
  readonly nonResourceURLs?: ReadonlyArray<string>
}

export interface Role {
  /** Empty for a ClusterRole. */
  readonly namespace: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly rules: ReadonlyArray<PolicyRule>
  /** The labels of the ClusterRoles whose rules are its own, too. */
  readonly aggregates: ReadonlyArray<Readonly<Record<string, string>>>
}

export interface Subject {
  readonly kind: string
  readonly name: string
  readonly namespace?: string
}

export interface Binding {
  /** Empty for a ClusterRoleBinding. */
  readonly namespace: string
  readonly name: string
  readonly roleRef: { readonly kind: string; readonly name: string }
  readonly subjects: ReadonlyArray<Subject>
}

export interface Policy {
  readonly roles: ReadonlyArray<Role>
  readonly bindings: ReadonlyArray<Binding>
}

/** The binding that allows it. A RoleBinding allows nothing outside its namespace, and no path that is no resource's. */
export const allowing = (policy: Policy, user: UserInfo, attributes: Attributes): Binding | undefined =>
  policy.bindings.find((binding) =>
    (binding.namespace === "" ||
      attributes._tag === "Resource" && attributes.resource.namespace === binding.namespace) &&
    binding.subjects.some((subject) => isSubject(subject, binding, user)) &&
    rulesOf(policy, binding).some((rule) => covers(rule, attributes))
  )

const isSubject = ({ kind, name, namespace }: Subject, binding: Binding, { groups, username }: UserInfo) => {
  switch (kind) {
    case "User":
      return username === name
    case "Group":
      return groups.includes(name)
    case "ServiceAccount":
      return username === `system:serviceaccount:${namespace ?? binding.namespace}:${name}`
    default:
      return false
  }
}

const rulesOf = ({ roles }: Policy, { namespace, roleRef }: Binding) => {
  const within = roleRef.kind === "ClusterRole" ? "" : namespace
  const role = roles.find((role) => role.namespace === within && role.name === roleRef.name)
  return role === undefined ? [] : [...withAggregated(roles, role)]
}

const withAggregated = function*(roles: ReadonlyArray<Role>, role: Role): Generator<PolicyRule> {
  yield* role.rules
  for (const labels of role.aggregates) {
    for (const other of roles) {
      const selected = other.namespace === "" && other !== role &&
        Object.entries(labels).every(([key, value]) => other.labels[key] === value)
      if (selected) yield* withAggregated(roles, other)
    }
  }
}

const covers = (rule: PolicyRule, attributes: Attributes) =>
  attributes._tag === "Resource"
    ? coversResource(rule, attributes.resource)
    : has(rule.verbs, attributes.nonResource.verb) &&
      (rule.nonResourceURLs ?? []).some((url) => coversPath(url, attributes.nonResource.path))

const coversResource = (rule: PolicyRule, { group, name, resource, subresource, verb }: ResourceAttributes) => {
  const resources = rule.resources ?? []
  const names = rule.resourceNames ?? []
  return has(rule.verbs, verb) && has(rule.apiGroups ?? [], group) &&
    (has(resources, subresource === "" ? resource : `${resource}/${subresource}`) ||
      subresource !== "" && resources.includes(`*/${subresource}`)) &&
    (names.length === 0 || names.includes(name))
}

const has = (allowed: ReadonlyArray<string>, wanted: string) => allowed.includes("*") || allowed.includes(wanted)

const coversPath = (url: string, path: string) => url.endsWith("*") ? path.startsWith(url.slice(0, -1)) : path === url
