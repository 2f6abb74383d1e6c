/** The roles that every cluster begins with, as far as a metrics server and its clients meet them. */
import { Effect, Layer } from "effect"
import { type Draft, ObjectStore } from "./ObjectStore.ts"
import { aggregatedClusterRole, aggregateTo, clusterRole, clusterRoleBinding, role } from "./RbacObjects.ts"

const readable = ["get", "list", "watch"]

const toGroups = (name: string, ...groups: ReadonlyArray<string>) =>
  clusterRoleBinding(name, name, groups.map((group) => ({ kind: "Group", name: group })))

const health = ["/healthz", "/livez", "/readyz", "/version", "/version/"]

const drafts: ReadonlyArray<Draft> = [
  clusterRole("cluster-admin", [
    { apiGroups: ["*"], resources: ["*"], verbs: ["*"] },
    { nonResourceURLs: ["*"], verbs: ["*"] }
  ]),
  toGroups("cluster-admin", "system:masters"),

  clusterRole("system:discovery", [
    { nonResourceURLs: [...health, "/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*"], verbs: ["get"] }
  ]),
  toGroups("system:discovery", "system:authenticated"),
  clusterRole("system:public-info-viewer", [{ nonResourceURLs: health, verbs: ["get"] }]),
  toGroups("system:public-info-viewer", "system:authenticated", "system:unauthenticated"),
  clusterRole("system:basic-user", [
    {
      apiGroups: ["authorization.k8s.io"],
      resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
      verbs: ["create"]
    },
    { apiGroups: ["authentication.k8s.io"], resources: ["selfsubjectreviews"], verbs: ["create"] }
  ]),
  toGroups("system:basic-user", "system:authenticated"),
  clusterRole("system:monitoring", [
    {
      nonResourceURLs: ["/metrics", "/healthz", "/healthz/*", "/livez", "/livez/*", "/readyz", "/readyz/*"],
      verbs: ["get"]
    }
  ]),
  toGroups("system:monitoring", "system:monitoring"),

  // what an extension API server is bound to
  clusterRole("system:auth-delegator", [
    { apiGroups: ["authentication.k8s.io"], resources: ["tokenreviews"], verbs: ["create"] },
    { apiGroups: ["authorization.k8s.io"], resources: ["subjectaccessreviews"], verbs: ["create"] }
  ]),
  role("kube-system", "extension-apiserver-authentication-reader", [{
    apiGroups: [""],
    resources: ["configmaps"],
    resourceNames: ["extension-apiserver-authentication"],
    verbs: readable
  }]),

  // what users are bound to: each of them has what the one before it has
  aggregatedClusterRole("view", aggregateTo("view"), aggregateTo("edit")),
  aggregatedClusterRole("edit", aggregateTo("edit"), aggregateTo("admin")),
  aggregatedClusterRole("admin", aggregateTo("admin"), {}),
  clusterRole("system:aggregate-to-view", [
    {
      apiGroups: [""],
      resources: ["configmaps", "namespaces", "pods", "serviceaccounts", "services"],
      verbs: readable
    },
    { apiGroups: ["apps"], resources: ["deployments"], verbs: readable }
  ], aggregateTo("view")),

  clusterRole("system:controller:horizontal-pod-autoscaler", [
    { apiGroups: [""], resources: ["pods"], verbs: ["list"] },
    { apiGroups: ["metrics.k8s.io"], resources: ["pods"], verbs: ["list"] }
  ]),
  clusterRoleBinding(
    "system:controller:horizontal-pod-autoscaler",
    "system:controller:horizontal-pod-autoscaler",
    [{ kind: "ServiceAccount", namespace: "kube-system", name: "horizontal-pod-autoscaler" }]
  )
]

/** Puts them there. */
export const layer = Layer.effectDiscard(
  Effect.flatMap(ObjectStore, ({ put }) => Effect.forEach(drafts, put, { discard: true }))
)
