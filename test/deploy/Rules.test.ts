/** The manifests' rules are enough, and none of them is too much: what breaks without each. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ClusterState } from "../../src/simulate/ClusterState.ts"
import { serviceAccountToken, tokens } from "../../src/simulate/Identities.ts"
import { ObjectStore } from "../../src/simulate/ObjectStore.ts"
import { clusterRoleBinding } from "../../src/simulate/RbacObjects.ts"
import { Simulation } from "../../src/simulate/Simulation.ts"
import * as Installation from "../fixtures/Installation.ts"
import * as Manifests from "../fixtures/Manifests.ts"
import { begin, pass } from "../fixtures/WholeServer.ts"

const base = await Manifests.base()

const viewer = { kind: "ServiceAccount", namespace: "default", name: "viewer" }
const horizontalPodAutoscaler = { namespace: "kube-system", name: "horizontal-pod-autoscaler" }

type Account = typeof horizontalPodAutoscaler

const lateNode = { name: "latecomer", labels: {}, usage: { cpuNanocores: 1e9, memoryBytes: 2 ** 30 } }
const [pod] = Installation.cluster.pods
const latePod = { ...pod!, name: "latecomer" }

const top = "kubectl top nodes of a viewer"
const later = "a node that came later"
const scaling = "the HorizontalPodAutoscaler"
const scraping = "Prometheus with its token"

/** Everything that does not work when a cluster is installed by these manifests, and lives for two minutes. */
const broken = (manifests: Installation.Manifests) =>
  Effect.gen(function*() {
    const { probes } = Installation.podOf(manifests)
    yield* pass(40)
    const found = [...yield* Installation.probe(probes.liveness), ...yield* Installation.probe(probes.readiness)]
    yield* Installation.connect

    yield* (yield* ObjectStore).put(clusterRoleBinding("viewer", "view", [viewer]))
    yield* (yield* Simulation).addNode(lateNode)
    yield* (yield* ClusterState).addPod(latePod)
    yield* pass(60)

    const expect = Effect.fnUntraced(
      function*(name: string, { namespace, name: account }: Account, path: string, text: string) {
        const response = yield* Installation.asking(serviceAccountToken(namespace, account), path)
        if (response.status !== 200) found.push(`${name}: ${response.status}`)
        else if (!(yield* response.text).includes(text)) found.push(`${name}: not there`)
      }
    )
    const pods = `/apis/metrics.k8s.io/v1/namespaces/${latePod.namespace}/pods`
    yield* expect(top, viewer, "/apis/metrics.k8s.io/v1/nodes", "worker-0001")
    yield* expect(later, viewer, "/apis/metrics.k8s.io/v1beta1/nodes", lateNode.name)
    yield* expect(scaling, horizontalPodAutoscaler, pods, latePod.name)
    const metrics = yield* Installation.metrics(tokens.reader)
    if (metrics.status !== 200) found.push(`${scraping}: ${metrics.status}`)
    return found
  }).pipe(Effect.provide(Installation.layer(manifests)), (scenario) => Effect.andThen(begin, scenario))

/** The manifests without one verb of one rule about one resource. */
const withoutVerb = (role: string, resource: string, verb: string): Installation.Manifests => {
  const manifests = structuredClone(base)
  for (const rule of Manifests.find(manifests, "ClusterRole", role)["rules"]) {
    if (!rule.resources.includes(resource)) continue
    rule.resources.splice(rule.resources.indexOf(resource), 1)
    Manifests.find(manifests, "ClusterRole", role)["rules"].push({
      ...rule,
      resources: [resource],
      verbs: rule.verbs.filter((other: string) => other !== verb)
    })
    return manifests
  }
  throw new Error(`${role} says nothing of ${resource}`)
}

const without = (kind: string, name: string): Installation.Manifests =>
  base.filter((it) => it.kind !== kind || it.metadata.name !== name)

const own = "system:metrics-server"

describe("the rules of deploy/base", () => {
  it.effect("are enough", () => Effect.map(broken(base), (found) => assert.deepStrictEqual(found, [])))

  it.effect("are enough as the chart has them", () =>
    Effect.promise(() => Manifests.template()).pipe(
      Effect.flatMap(broken),
      Effect.map((found) => assert.deepStrictEqual(found, []))
    ))

  const [nodes, pods] = ["/readyz: metric-informer-sync", "/readyz: metadata-informer-sync"]
  const storage = "/readyz: metric-storage-ready"
  const nothing = [`${top}: not there`, `${later}: not there`, `${scaling}: not there`]
  const everywhere = (status: number) => [top, later, scaling].map((name) => `${name}: ${status}`)

  const cases: ReadonlyArray<readonly [without: string, Installation.Manifests, breaks: ReadonlyArray<string>]> = [
    ["get nodes/metrics", withoutVerb(own, "nodes/metrics", "get"), [storage, ...nothing]],
    ["list nodes", withoutVerb(own, "nodes", "list"), [storage, nodes, ...nothing]],
    ["watch nodes", withoutVerb(own, "nodes", "watch"), [`${later}: not there`]],
    ["list pods", withoutVerb(own, "pods", "list"), [pods, `${scaling}: not there`]],
    ["watch pods", withoutVerb(own, "pods", "watch"), [`${scaling}: not there`]],
    [
      "the binding of the ClusterRole",
      without("ClusterRoleBinding", own),
      [storage, nodes, pods, ...nothing]
    ],
    [
      "the binding to system:auth-delegator",
      without("ClusterRoleBinding", "metrics-server:system:auth-delegator"),
      [...everywhere(500), `${scraping}: 401`]
    ],
    [
      "the binding to extension-apiserver-authentication-reader",
      without("RoleBinding", "metrics-server-auth-reader"),
      everywhere(503)
    ],
    [
      "the reader that is aggregated to view",
      without("ClusterRole", "system:aggregated-metrics-reader"),
      [`${top}: 403`, `${later}: 403`]
    ],
    ["the APIService of v1", without("APIService", "v1.metrics.k8s.io"), [`${top}: 404`, `${scaling}: 404`]],
    ["the APIService of v1beta1", without("APIService", "v1beta1.metrics.k8s.io"), [`${later}: 404`]],
    ["the Service", without("Service", "metrics-server"), everywhere(503)]
  ]
  it.effect.each(cases)(
    "are all needed: without %s something breaks",
    ([, manifests, expected]) => Effect.map(broken(manifests), (found) => assert.deepStrictEqual(found, expected))
  )
})
