/** The resources that the simulated API server stores. */

export interface ResourceType {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly namespaced: boolean
  readonly shortNames?: ReadonlyArray<string>
  /** Comes and goes with the simulation alone. */
  readonly readOnly?: boolean
  /** A field that nobody may change. */
  readonly immutable?: ReadonlyArray<string>
}

const rbac = { group: "rbac.authorization.k8s.io", version: "v1" }
const certManager = { group: "cert-manager.io", version: "v1", namespaced: true }
const prometheusOperator = { group: "monitoring.coreos.com", version: "v1", namespaced: true }

const table = {
  configmaps: { group: "", version: "v1", kind: "ConfigMap", namespaced: true, shortNames: ["cm"] },
  namespaces: { group: "", version: "v1", kind: "Namespace", namespaced: false, shortNames: ["ns"], readOnly: true },
  nodes: { group: "", version: "v1", kind: "Node", namespaced: false, shortNames: ["no"], readOnly: true },
  pods: { group: "", version: "v1", kind: "Pod", namespaced: true, shortNames: ["po"], readOnly: true },
  secrets: { group: "", version: "v1", kind: "Secret", namespaced: true },
  serviceaccounts: { group: "", version: "v1", kind: "ServiceAccount", namespaced: true, shortNames: ["sa"] },
  services: { group: "", version: "v1", kind: "Service", namespaced: true, shortNames: ["svc"] },
  apiservices: { group: "apiregistration.k8s.io", version: "v1", kind: "APIService", namespaced: false },
  deployments: {
    group: "apps",
    version: "v1",
    kind: "Deployment",
    namespaced: true,
    shortNames: ["deploy"],
    immutable: ["spec", "selector"]
  },
  verticalpodautoscalers: {
    group: "autoscaling.k8s.io",
    version: "v1",
    kind: "VerticalPodAutoscaler",
    namespaced: true,
    shortNames: ["vpa"]
  },
  certificates: { ...certManager, kind: "Certificate", shortNames: ["cert"] },
  issuers: { ...certManager, kind: "Issuer" },
  prometheusrules: { ...prometheusOperator, kind: "PrometheusRule", shortNames: ["promrule"] },
  servicemonitors: { ...prometheusOperator, kind: "ServiceMonitor", shortNames: ["smon"] },
  networkpolicies: {
    group: "networking.k8s.io",
    version: "v1",
    kind: "NetworkPolicy",
    namespaced: true,
    shortNames: ["netpol"]
  },
  poddisruptionbudgets: {
    group: "policy",
    version: "v1",
    kind: "PodDisruptionBudget",
    namespaced: true,
    shortNames: ["pdb"]
  },
  clusterrolebindings: { ...rbac, kind: "ClusterRoleBinding", namespaced: false, immutable: ["roleRef"] },
  clusterroles: { ...rbac, kind: "ClusterRole", namespaced: false },
  rolebindings: { ...rbac, kind: "RoleBinding", namespaced: true, immutable: ["roleRef"] },
  roles: { ...rbac, kind: "Role", namespaced: true }
} satisfies Readonly<Record<string, ResourceType>>

export type Resource = keyof typeof table

export const types: Readonly<Record<Resource, ResourceType>> = table

export const names = Object.keys(types) as ReadonlyArray<Resource>

export const apiVersion = ({ group, version }: { readonly group: string; readonly version: string }) =>
  group === "" ? version : `${group}/${version}`

/** The resource of that name in that group version. */
export const find = (group: string, version: string, name: string): Resource | undefined =>
  names.find((candidate) =>
    candidate === name && types[candidate].group === group && types[candidate].version === version
  )

/** The resource whose objects are of that kind. */
export const ofKind = (given: { readonly apiVersion: string; readonly kind: string }): Resource | undefined =>
  names.find((candidate) => types[candidate].kind === given.kind && apiVersion(types[candidate]) === given.apiVersion)
