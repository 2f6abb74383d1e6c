/** From the original to this server and back, as docs/upgrade.md says: what stands in a cluster is replaced, and when v1 may be registered. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { serviceAccountToken } from "../../src/simulate/Identities.ts"
import { ObjectStore } from "../../src/simulate/ObjectStore.ts"
import * as Simulation from "../../src/simulate/Simulation.ts"
import * as Installation from "../fixtures/Installation.ts"
import * as Manifests from "../fixtures/Manifests.ts"
import { overMemory } from "../fixtures/SimulatedApi.ts"
import { begin, pass } from "../fixtures/WholeServer.ts"

const base = await Manifests.base()
const withoutV1 = await Manifests.base("without-v1")

const labels = { "k8s-app": "metrics-server" }
const subjects = [{ kind: "ServiceAccount", name: "metrics-server", namespace: "kube-system" }]

/** An object of the original's manifests, with the fields that nobody may change later. */
const original = (
  apiVersion: string,
  kind: string,
  name: string,
  body: object,
  namespace?: string
): Manifests.Manifest => ({
  apiVersion,
  kind,
  metadata: { name, labels, ...(namespace !== undefined && { namespace }) },
  ...body
})

const rbac = "rbac.authorization.k8s.io/v1"
const roleRef = (kind: string, name: string) => ({
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind, name },
  subjects
})

const originals = [
  original("v1", "ServiceAccount", "metrics-server", {}, "kube-system"),
  original("v1", "Service", "metrics-server", { spec: { selector: labels } }, "kube-system"),
  original("apps/v1", "Deployment", "metrics-server", { spec: { selector: { matchLabels: labels } } }, "kube-system"),
  original(rbac, "ClusterRole", "system:aggregated-metrics-reader", { rules: [] }),
  original(rbac, "ClusterRole", "system:metrics-server", { rules: [] }),
  original(rbac, "ClusterRoleBinding", "system:metrics-server", roleRef("ClusterRole", "system:metrics-server")),
  original(
    rbac,
    "ClusterRoleBinding",
    "metrics-server:system:auth-delegator",
    roleRef("ClusterRole", "system:auth-delegator")
  ),
  original(
    rbac,
    "RoleBinding",
    "metrics-server-auth-reader",
    roleRef("Role", "extension-apiserver-authentication-reader"),
    "kube-system"
  ),
  original("apiregistration.k8s.io/v1", "APIService", "v1beta1.metrics.k8s.io", {
    spec: {
      group: "metrics.k8s.io",
      version: "v1beta1",
      versionPriority: 100,
      service: { name: "metrics-server", namespace: "kube-system" }
    }
  })
]

const horizontalPodAutoscaler = serviceAccountToken("kube-system", "horizontal-pod-autoscaler")
const [{ namespace }] = Installation.cluster.pods as [typeof Installation.cluster.pods[number]]

/** What the HorizontalPodAutoscaler of Kubernetes 1.37 gets: it asks for v1 wherever that is listed. */
const scaling = Effect.gen(function*() {
  const group = yield* Installation.asking(horizontalPodAutoscaler, "/apis/metrics.k8s.io")
  const version = (yield* group.text).includes("metrics.k8s.io/v1\"") ? "v1" : "v1beta1"
  const path = `/apis/metrics.k8s.io/${version}/namespaces/${namespace}/pods`
  return { version, status: (yield* Installation.asking(horizontalPodAutoscaler, path)).status }
})

/** A server that serves what the original serves, with whatever is registered. */
const likeTheOriginal = (manifests: Installation.Manifests) => {
  const changed = structuredClone(manifests)
  Manifests.find(changed, "Deployment")["spec"].template.spec.containers[0].args.push(
    "--runtime-config=metrics.k8s.io/v1=false"
  )
  return changed
}

const inCluster = <A, E, R extends Layer.Success<ReturnType<typeof Installation.layer>>>(
  manifests: Installation.Manifests,
  scenario: Effect.Effect<A, E, R>
) =>
  Effect.andThen(
    begin,
    Effect.gen(function*() {
      yield* pass(40)
      yield* Installation.connect
      return yield* scenario
    }).pipe(Effect.provide(Installation.layer(manifests)))
  )

describe("an upgrade", () => {
  it.effect("replaces every object of the original in place, and adds only the APIService of v1", () =>
    Effect.gen(function*() {
      const client = yield* overMemory
      yield* Installation.install(client, originals)
      yield* Installation.install(client, base)
      const left = (from: Installation.Manifests, other: Installation.Manifests) =>
        from.map(Installation.pathOf).filter((path) => !other.map(Installation.pathOf).includes(path))
      assert.deepStrictEqual(left(originals, base), [])
      assert.deepStrictEqual(left(base, originals), ["/apis/apiregistration.k8s.io/v1/apiservices/v1.metrics.k8s.io"])
    }).pipe(Effect.provide(Simulation.layerMemory({ cluster: Installation.cluster, bare: true }))))

  it.effect("may have the new server before v1 is registered: everybody goes on with v1beta1", () =>
    Effect.map(
      inCluster(withoutV1, scaling),
      (result) => assert.deepStrictEqual(result, { version: "v1beta1", status: 200 })
    ))

  it.effect("ends with everybody on v1", () =>
    Effect.map(inCluster(base, scaling), (result) => assert.deepStrictEqual(result, { version: "v1", status: 200 })))
})

describe("a v1 APIService that no server stands behind", () => {
  it.effect("stops what prefers v1, though v1beta1 is served", () =>
    Effect.map(
      inCluster(likeTheOriginal(base), scaling),
      (result) => assert.deepStrictEqual(result, { version: "v1", status: 503 })
    ))

  it.effect("is mended by deleting it", () =>
    Effect.map(
      inCluster(
        likeTheOriginal(base),
        Effect.andThen(
          Effect.flatMap(ObjectStore, (store) => store.remove("apiservices", "", "v1.metrics.k8s.io")),
          scaling
        )
      ),
      (result) => assert.deepStrictEqual(result, { version: "v1beta1", status: 200 })
    ))
})
