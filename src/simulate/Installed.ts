/** What is installed in the simulated cluster, unless it is bare: the objects of deploy/base that the API server acts upon. */
import { Effect, Layer } from "effect"
import { type Draft, ObjectStore } from "./ObjectStore.ts"
import { aggregateTo, clusterRole, clusterRoleBinding, roleBinding } from "./RbacObjects.ts"

const serviceAccount = (namespace: string, name: string) => [{ kind: "ServiceAccount", namespace, name }]

const account = serviceAccount("kube-system", "metrics-server")

const service: Draft = {
  resource: "services",
  namespace: "kube-system",
  name: "metrics-server",
  labels: {},
  body: () => ({
    spec: {
      type: "ClusterIP",
      selector: { "k8s-app": "metrics-server" },
      ports: [{ name: "https", port: 443, protocol: "TCP", targetPort: "https", appProtocol: "https" }]
    }
  })
}

const apiService = (version: string, versionPriority: number): Draft => ({
  resource: "apiservices",
  namespace: "",
  name: `${version}.metrics.k8s.io`,
  labels: {},
  body: () => ({
    spec: {
      group: "metrics.k8s.io",
      version,
      groupPriorityMinimum: 100,
      versionPriority,
      insecureSkipTLSVerify: true,
      service: { name: "metrics-server", namespace: "kube-system", port: 443 }
    }
  })
})

export const metricsServer: ReadonlyArray<Draft> = [
  clusterRole("system:metrics-server", [
    { apiGroups: [""], resources: ["nodes/metrics"], verbs: ["get"] },
    { apiGroups: [""], resources: ["nodes", "pods"], verbs: ["list", "watch"] }
  ]),
  clusterRoleBinding("system:metrics-server", "system:metrics-server", account),
  clusterRoleBinding("metrics-server:system:auth-delegator", "system:auth-delegator", account),
  roleBinding("kube-system", "metrics-server-auth-reader", "extension-apiserver-authentication-reader", account),
  clusterRole(
    "system:aggregated-metrics-reader",
    [{ apiGroups: ["metrics.k8s.io"], resources: ["nodes", "pods"], verbs: ["get", "list", "watch"] }],
    { ...aggregateTo("view"), ...aggregateTo("edit"), ...aggregateTo("admin") }
  ),
  service,
  apiService("v1", 200),
  apiService("v1beta1", 100)
]

/** The user whose token may read all metrics, and all paths. */
const reader: ReadonlyArray<Draft> = [
  clusterRole("reader", [
    { apiGroups: ["metrics.k8s.io"], resources: ["nodes", "pods"], verbs: ["*"] },
    { nonResourceURLs: ["*"], verbs: ["*"] }
  ]),
  clusterRoleBinding("reader", "reader", serviceAccount("default", "reader"))
]

/** A bare cluster has its users, and waits for somebody to install a metrics server. */
export const layer = ({ bare = false }: { readonly bare?: boolean } = {}) =>
  Layer.effectDiscard(Effect.flatMap(
    ObjectStore,
    (store) => Effect.forEach(bare ? reader : [...reader, ...metricsServer], store.put, { discard: true })
  ))
