/** Clients other than kubectl, against `npm start`: the JavaScript client of Kubernetes, HTTP/1.1 kept alive, HTTP/2 with many streams. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, layer } from "@effect/vitest"
import { CoreV1Api, KubeConfig, Metrics, topNodes, topPods } from "@kubernetes/client-node"
import { Effect, FileSystem, Layer } from "effect"
import { connect } from "node:http2"
import { Agent, request } from "node:https"
import * as Cluster from "../../src/simulate/Cluster.ts"
import { eventually } from "../fixtures/Eventually.ts"
import { NpmStart } from "../fixtures/NpmStart.ts"

const cluster = Cluster.generate({ nodes: 3, podsPerNode: 10, containersPerPod: 1 })

const cores = (nanocores: number) => nanocores / 1e9

const usageOf = ({ containers }: Cluster.Pod) => containers[0]!.usage

/** The JavaScript client, as the kubeconfig says. */
const client = Effect.map(NpmStart, ({ kubeconfig }) => {
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)
  return { core: config.makeApiClient(CoreV1Api), metrics: new Metrics(config) }
})

/** Once every pod is served: `npm start` itself waits for the nodes alone. */
const podMetrics = Effect.flatMap(
  client,
  ({ metrics }) =>
    eventually(
      "all pods to be served",
      Effect.promise(() => metrics.getPodMetrics()),
      ({ items }) => items.length === cluster.pods.length
    )
)

const server = NpmStart.layer().pipe(Layer.provideMerge(NodeServices.layer))

layer(server, { excludeTestServices: true, timeout: "120 seconds" })("the JavaScript client", (it) => {
  it.effect("lists the metrics of nodes", () =>
    Effect.gen(function*() {
      const { metrics } = yield* client
      const { items, kind } = yield* Effect.promise(() => metrics.getNodeMetrics())
      assert.strictEqual(kind, "NodeMetricsList")
      assert.deepStrictEqual(items.map(({ metadata }) => metadata.name), cluster.nodes.map(({ name }) => name))
    }))

  it.effect("lists the metrics of pods, of all namespaces and of one", () =>
    Effect.gen(function*() {
      const all = yield* podMetrics
      assert.sameMembers(all.items.map(({ metadata }) => metadata.name), cluster.pods.map(({ name }) => name))
      const { metrics } = yield* client
      const namespace = cluster.pods[0]!.namespace
      const some = yield* Effect.promise(() => metrics.getPodMetrics(namespace))
      assert.sameMembers(
        some.items.map(({ metadata }) => metadata.name),
        cluster.pods.filter((pod) => pod.namespace === namespace).map(({ name }) => name)
      )
    }))

  it.effect("tops pods and nodes with the usage that is simulated", () =>
    Effect.gen(function*() {
      yield* podMetrics
      const { core, metrics } = yield* client
      const pods = yield* Effect.promise(() => topPods(core, metrics))
      assert.sameDeepMembers(
        pods.map(({ CPU, Memory, Pod }) => ({
          name: Pod.metadata?.name,
          cpu: Number(CPU.CurrentUsage),
          memory: Number(Memory.CurrentUsage)
        })),
        cluster.pods.map((pod) => ({
          name: pod.name,
          cpu: cores(usageOf(pod).cpuNanocores),
          memory: usageOf(pod).memoryBytes
        }))
      )
      const nodes = yield* Effect.promise(() => topNodes(core))
      assert.sameMembers(nodes.map(({ Node }) => Node.metadata?.name), cluster.nodes.map(({ name }) => name))
    }))
})

/** The metrics server's own address, and a token that may read. */
const direct = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const { directory } = yield* NpmStart
  const url = new URL(yield* fs.readFileString(`${directory}/endpoint`))
  return { url, authorization: `Bearer ${yield* fs.readFileString(`${directory}/tokens/reader`)}` }
})

const path = "/apis/metrics.k8s.io/v1/nodes"

layer(server, { excludeTestServices: true, timeout: "120 seconds" })("the metrics server itself", (it) => {
  it.effect("answers many requests on one kept connection of HTTP/1.1", () =>
    Effect.gen(function*() {
      const { authorization, url } = yield* direct
      const agent = yield* Effect.acquireRelease(
        Effect.sync(() => new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false })),
        (agent) => Effect.sync(() => agent.destroy())
      )
      const sockets = new Set<unknown>()
      const ask = Effect.callback<number, Error>((resume) => {
        const options = { agent, path, host: url.hostname, port: url.port, headers: { authorization } }
        request(options, (response) => {
          sockets.add(response.socket)
          response.resume().on("end", () => resume(Effect.succeed(response.statusCode ?? 0)))
        }).on("error", (error) => resume(Effect.fail(error))).end()
      })
      const statuses = yield* Effect.forEach(Array.from({ length: 50 }), () => ask)
      assert.deepStrictEqual(new Set(statuses), new Set([200]))
      assert.strictEqual(sockets.size, 1)
    }))

  it.effect("answers a hundred streams at once on one connection of HTTP/2", () =>
    Effect.gen(function*() {
      const { authorization, url } = yield* direct
      const session = yield* Effect.acquireRelease(
        Effect.sync(() => connect(url, { rejectUnauthorized: false })),
        (session) => Effect.sync(() => session.close())
      )
      const ask = Effect.callback<number, Error>((resume) => {
        const stream = session.request({ ":path": path, authorization })
        let status = 0
        stream.on("response", (headers) => {
          status = headers[":status"] ?? 0
        })
        stream.on("error", (error) => resume(Effect.fail(error)))
        stream.resume().on("end", () => resume(Effect.succeed(status)))
      })
      const statuses = yield* Effect.forEach(Array.from({ length: 100 }), () => ask, { concurrency: "unbounded" })
      assert.deepStrictEqual(new Set(statuses), new Set([200]))
    }))
})
