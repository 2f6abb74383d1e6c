/** Clusters as data: generated ones and those from files. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import * as Cluster from "../../src/simulate/Cluster.ts"

describe("a generated cluster", () => {
  it("has the size asked for, and every name once", () => {
    const { nodes, pods } = Cluster.generate({ nodes: 4, podsPerNode: 30, containersPerPod: 2 })
    assert.strictEqual(nodes.length, 4)
    assert.strictEqual(new Set(nodes.map(({ name }) => name)).size, 4)
    assert.strictEqual(new Set(pods.map((pod) => `${pod.namespace}/${pod.name}`)).size, 120)
    assert.isTrue(pods.every(({ containers }) => containers.length === 2))
  })

  it.each([100, 97_001, 300_000])(
    "gives each of %i containers a CPU usage of its own, in whole microcores",
    (count) => {
      const { pods } = Cluster.generate({ nodes: 1, podsPerNode: count, containersPerPod: 1 })
      const cpu = pods.flatMap(({ containers }) => containers.map(({ usage }) => usage.cpuNanocores))
      assert.strictEqual(new Set(cpu).size, count)
      assert.isTrue(cpu.every((nanocores) => nanocores % 1000 === 0 && nanocores > 0))
    }
  )

  it("has nodes that use more than their pods", () => {
    const { nodes, pods } = Cluster.generate({ nodes: 3, podsPerNode: 10, containersPerPod: 3 })
    for (const node of nodes) {
      const used = pods.filter(({ nodeName }) => nodeName === node.name).flatMap(({ containers }) => containers)
      assert.isAbove(node.usage.cpuNanocores, used.reduce((sum, { usage }) => sum + usage.cpuNanocores, 0))
      assert.isAbove(node.usage.memoryBytes, used.reduce((sum, { usage }) => sum + usage.memoryBytes, 0))
    }
  })
})

/** Loads the JSON of a value, as a file. */
const load = (value: unknown) =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const file = yield* fs.makeTempFileScoped({ suffix: ".json" })
    yield* fs.writeFileString(file, JSON.stringify(value))
    return { file, result: yield* Effect.result(Cluster.load(file)) }
  })

describe("a cluster from a file", () => {
  it.effect("is what was written", () =>
    Effect.gen(function*() {
      const cluster = Cluster.generate({ nodes: 2, podsPerNode: 3, containersPerPod: 2 })
      const { result } = yield* load(cluster)
      assert.deepStrictEqual(result._tag === "Success" ? result.success : result.failure, cluster)
    }).pipe(Effect.provide(NodeServices.layer)))

  const node = { name: "a", labels: {}, usage: { cpuNanocores: 1, memoryBytes: 1 } }
  const pod = { namespace: "ns", name: "p", labels: {}, nodeName: "a", containers: [] }

  it.effect.each(
    [
      [
        "a negative usage",
        { nodes: [{ ...node, usage: { cpuNanocores: -1, memoryBytes: 1 } }], pods: [] },
        `["nodes"][0]["usage"]["cpuNanocores"]`
      ],
      ["a name that is none", { nodes: [{ ...node, name: "A_b" }], pods: [] }, `["nodes"][0]["name"]`],
      ["a name of 254 characters", { nodes: [{ ...node, name: "a".repeat(254) }], pods: [] }, `["nodes"][0]["name"]`],
      ["a node twice", { nodes: [node, node], pods: [] }, `["nodes"][1]["name"]`],
      ["a pod twice", { nodes: [node], pods: [pod, pod] }, `["pods"][1]["name"]`],
      ["a pod on no node", { nodes: [node], pods: [{ ...pod, nodeName: "b" }] }, `["pods"][0]["nodeName"]`],
      ["no pods", { nodes: [node] }, `["pods"]`]
    ] as const
  )("is refused with its name and the place when it has %s", ([, value, path]) =>
    Effect.gen(function*() {
      const { file, result } = yield* load(value)
      if (result._tag === "Success") return assert.fail("it was accepted")
      assert.include(result.failure.message, file)
      assert.include(result.failure.message, path)
    }).pipe(Effect.provide(NodeServices.layer)))
})
