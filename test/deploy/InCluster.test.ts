/** deploy/base in a simulated cluster over real sockets: applied by a real kubectl, run with its own arguments, read by its clients. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as Doctor from "../../src/doctor/Doctor.ts"
import { checks } from "../../src/doctor/Finding.ts"
import { ApiServices } from "../../src/simulate/ApiServices.ts"
import { serviceAccountToken } from "../../src/simulate/Identities.ts"
import * as Simulation from "../../src/simulate/Simulation.ts"
import { ClusterKubectl } from "../fixtures/ClusterKubectl.ts"
import * as CommandLine from "../fixtures/CommandLine.ts"
import { eventually } from "../fixtures/Eventually.ts"
import { http1 } from "../fixtures/HttpsClient.ts"
import * as Installation from "../fixtures/Installation.ts"
import { table } from "../fixtures/Kubectl.ts"
import * as Manifests from "../fixtures/Manifests.ts"
import { surroundings, Workload } from "../fixtures/Workload.ts"

const base = await Manifests.base()

const cluster = Simulation.layer({ cluster: Installation.cluster, bare: true }).pipe(
  Layer.provideMerge(NodeServices.layer)
)

const applied = Layer.effectDiscard(
  Effect.flatMap(ClusterKubectl, ({ run }) => run("apply", "--server-side", "-k", `${Manifests.directory}/base`))
).pipe(Layer.provideMerge(ClusterKubectl.layer))

const deployed = Workload.layer(base).pipe(Layer.provideMerge(applied), Layer.provideMerge(cluster))

const probe = (path: string) => Effect.flatMap(Workload, ({ port }) => http1({ path, port }))

layer(deployed, { excludeTestServices: true, timeout: "120 seconds" })("deploy/base in a cluster", (it) => {
  it.effect("is told to listen where its probes and its Service look for it", () =>
    Effect.gen(function*() {
      const { args, port, probes } = Installation.podOf(base)
      const { serving } = yield* CommandLine.read(...args)
      const [{ targetPort }] = Manifests.find(base, "Service")["spec"].ports
      const asked = [probes.liveness.port, probes.readiness.port, targetPort]
      assert.deepStrictEqual(asked.map(port), [serving.port, serving.port, serving.port])
      assert.deepStrictEqual([probes.liveness.scheme, probes.readiness.scheme], ["HTTPS", "HTTPS"])
    }))

  it.effect("is not available to clients before it is ready", () =>
    Effect.gen(function*() {
      const { run } = yield* ClusterKubectl
      assert.deepStrictEqual(
        table(yield* run("get", "apiservices")).map(({ AVAILABLE }) => AVAILABLE),
        ["False", "False"]
      )
    }))

  it.effect("becomes ready, and stays alive, by its own probes", () =>
    Effect.gen(function*() {
      const { liveness, readiness } = Installation.podOf(base).probes
      yield* eventually("to be ready", Effect.orDie(probe(readiness.path)), ({ status }) => status === 200)
      assert.strictEqual((yield* probe(liveness.path)).status, 200)
      yield* (yield* ApiServices).connect(`https://127.0.0.1:${(yield* Workload).port}`)
    }))

  it.effect("serves kubectl", () =>
    Effect.gen(function*() {
      const { run } = yield* ClusterKubectl
      assert.deepStrictEqual(
        table(yield* run("get", "apiservices")).map(({ AVAILABLE, NAME, SERVICE }) => [NAME, SERVICE, AVAILABLE]),
        [
          ["v1.metrics.k8s.io", "kube-system/metrics-server", "True"],
          ["v1beta1.metrics.k8s.io", "kube-system/metrics-server", "True"]
        ]
      )
      const { nodes, pods } = Installation.cluster
      const names = (text: string) => table(text).map(({ NAME }) => NAME)
      assert.sameMembers(
        names(yield* eventually("usage of all nodes", run("top", "nodes"), (text) => !text.includes("<unknown>"))),
        nodes.map(({ name }) => name)
      )
      assert.sameMembers(
        names(yield* eventually("all pods", run("top", "pods", "-A"), (text) => names(text).length === pods.length)),
        pods.map(({ name }) => name)
      )
    }))

  it.effect("is found well by the doctor in its pod, but for what its account may not read", () =>
    Effect.gen(function*() {
      const options = yield* CommandLine.read(...Installation.podOf(base).args)
      const { port } = yield* Workload
      const findings = yield* Effect.provide(
        Doctor.examine({ ...options, serving: { ...options.serving, port }, doctor: { output: "text", checks } }),
        surroundings(base)
      )
      assert.sameDeepMembers(
        findings.filter(({ severity }) => severity !== "ok").map(({ check, severity }) => [check, severity]),
        [["api-services", "unknown"], ["serving-certificate", "unknown"]]
      )
      assert.isTrue(findings.some(({ seen }) => seen.startsWith("the service account of this pod may list nodes")))
    }))

  it.effect("serves what the HorizontalPodAutoscaler asks, to whom it is", () =>
    Effect.gen(function*() {
      const { as } = yield* ClusterKubectl
      const [{ labels, namespace }] = Installation.cluster.pods as [typeof Installation.cluster.pods[number]]
      const selector = Object.entries(labels).map((label) => label.join("=")).join(",")
      const path = `/apis/metrics.k8s.io/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(selector)}`
      const ask = (token: string) => as(token, "get", "--raw", path)
      const list = JSON.parse(yield* ask(serviceAccountToken("kube-system", "horizontal-pod-autoscaler")))
      assert.isAbove(list.items.length, 0)
      const refused = yield* Effect.exit(ask(serviceAccountToken("default", "somebody")))
      assert.include(String(refused), "is forbidden")
    }))
})
