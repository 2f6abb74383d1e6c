/** Roles and bindings as the API server stores them. */
import type { Draft } from "./ObjectStore.ts"
import type { PolicyRule, Subject } from "./Rbac.ts"

type Labels = Readonly<Record<string, string>>

export const clusterRole = (name: string, rules: ReadonlyArray<PolicyRule>, labels: Labels = {}): Draft => ({
  resource: "clusterroles",
  namespace: "",
  name,
  labels,
  body: () => ({ rules })
})

/** The label by which a ClusterRole joins view, edit or admin. */
export const aggregateTo = (role: "view" | "edit" | "admin"): Labels => ({
  [`rbac.authorization.k8s.io/aggregate-to-${role}`]: "true"
})

/** Has the rules of all ClusterRoles with these labels. */
export const aggregatedClusterRole = (name: string, matchLabels: Labels, labels: Labels): Draft => ({
  resource: "clusterroles",
  namespace: "",
  name,
  labels,
  body: () => ({ aggregationRule: { clusterRoleSelectors: [{ matchLabels }] }, rules: null })
})

export const role = (namespace: string, name: string, rules: ReadonlyArray<PolicyRule>): Draft => ({
  resource: "roles",
  namespace,
  name,
  labels: {},
  body: () => ({ rules })
})

const apiGroup = "rbac.authorization.k8s.io"

export const clusterRoleBinding = (name: string, clusterRole: string, subjects: ReadonlyArray<Subject>): Draft => ({
  resource: "clusterrolebindings",
  namespace: "",
  name,
  labels: {},
  body: () => ({ roleRef: { apiGroup, kind: "ClusterRole", name: clusterRole }, subjects })
})

export const roleBinding = (
  namespace: string,
  name: string,
  role: string,
  subjects: ReadonlyArray<Subject>
): Draft => ({
  resource: "rolebindings",
  namespace,
  name,
  labels: {},
  body: () => ({ roleRef: { apiGroup, kind: "Role", name: role }, subjects })
})
