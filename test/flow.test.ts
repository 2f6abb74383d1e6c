/** From kubelet to client: the whole server, replaced at its lowest seams only, on a clock the test owns. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { ApiFault } from "../src/simulate/ApiFault.ts"
import { ApiFaults } from "../src/simulate/ApiFaults.ts"
import { ClusterState } from "../src/simulate/ClusterState.ts"
import { Fault } from "../src/simulate/Fault.ts"
import { KubeletFleet } from "../src/simulate/KubeletFleet.ts"
import { Simulation } from "../src/simulate/Simulation.ts"
import { cluster, inCluster, nodes, pass, pods, status, text } from "./fixtures/WholeServer.ts"

const [first, second, third] = cluster.nodes.map(({ name }) => name) as [string, string, string]

/** Until every node has two readings: the loops start within 15 s, and containers are read every 10 s. */
const warmUp = pass(40)

const named = <Item extends { readonly metadata: { readonly name: string } }>(
  items: ReadonlyArray<Item>,
  name: string
) => items.find(({ metadata }) => metadata.name === name)

describe("from kubelet to client", () => {
  it.effect("lists are empty and the server is not ready until two readings make a rate", () =>
    inCluster(Effect.gen(function*() {
      yield* pass(1)
      assert.deepStrictEqual(yield* nodes, [])
      assert.strictEqual(yield* status("/readyz"), 500)
      assert.strictEqual(yield* status("/livez"), 200)
      yield* warmUp
      assert.strictEqual(yield* status("/readyz"), 200)
    })))

  it.effect("what is served is what the cluster burns, for every node, pod and container", () =>
    inCluster(Effect.gen(function*() {
      yield* warmUp
      const served = yield* nodes
      assert.deepStrictEqual(
        served.map(({ metadata, usage }) => ({ name: metadata.name, usage })),
        cluster.nodes.map(({ name, usage }) => ({
          name,
          usage: { cpu: usage.cpuNanocores, memory: usage.memoryBytes }
        }))
      )
      const byContainer = (containers: ReadonlyArray<{ readonly name: string; readonly usage: unknown }>) =>
        Object.fromEntries(containers.map(({ name, usage }) => [name, usage]))
      assert.sameDeepMembers(
        (yield* pods).map(({ containers, metadata: { labels, name, namespace } }) => ({
          namespace,
          name,
          labels,
          usage: byContainer(containers)
        })),
        cluster.pods.map(({ containers, labels, name, namespace }) => ({
          namespace,
          name,
          labels,
          usage: byContainer(containers.map(({ name, usage }) => ({
            name,
            usage: { cpu: usage.cpuNanocores, memory: usage.memoryBytes }
          })))
        }))
      )
    })))

  it.effect.each(
    [
      ["hangs", Fault.Hang()],
      ["is slow", Fault.SlowHeaders({ delay: "8 seconds" })],
      ["is dead", Fault.Refuse()],
      ["fails once", Fault.Once({ fault: Fault.Reset() })]
    ] as const
  )("a kubelet that %s delays no other node", ([, fault]) =>
    inCluster(Effect.gen(function*() {
      const fleet = yield* KubeletFleet
      yield* warmUp
      yield* fleet.setFault(first, Option.some(fault))
      const before = yield* nodes
      yield* pass(30)
      const after = yield* nodes
      assert.isAtLeast(named(after, first)?.timestamp ?? 0, named(before, first)?.timestamp ?? Number.NaN)
      for (const name of [second, third]) {
        assert.isAtLeast((named(after, name)?.timestamp ?? 0) - (named(before, name)?.timestamp ?? 0), 20_000)
      }
    })))

  it.effect("a kubelet that is slow, but answers in time, is served like the others", () =>
    inCluster(Effect.gen(function*() {
      const fleet = yield* KubeletFleet
      yield* fleet.setFault(first, Option.some(Fault.SlowHeaders({ delay: "8 seconds" })))
      yield* pass(60)
      assert.strictEqual(named(yield* nodes, first)?.usage.cpu, cluster.nodes[0]?.usage.cpuNanocores)
    })))

  it.effect("one failed scrape leaves no gap and no stale value behind", () =>
    inCluster(Effect.gen(function*() {
      const fleet = yield* KubeletFleet
      yield* warmUp
      const before = yield* nodes
      yield* fleet.setFault(second, Option.some(Fault.Once({ fault: Fault.Status({ status: 503 }) })))
      yield* pass(16)
      assert.lengthOf(yield* nodes, 3)
      assert.lengthOf(yield* pods, cluster.pods.length)
      yield* pass(15)
      const after = yield* nodes
      assert.isAbove(named(after, second)?.timestamp ?? 0, named(before, second)?.timestamp ?? 0)
      assert.strictEqual(named(after, second)?.usage.cpu, named(before, second)?.usage.cpu)
    })))

  it.effect("a dead kubelet's last values stand for four resolutions, then only they disappear", () =>
    inCluster(Effect.gen(function*() {
      const fleet = yield* KubeletFleet
      yield* warmUp
      yield* fleet.setFault(third, Option.some(Fault.Refuse()))
      yield* pass(40)
      assert.lengthOf(yield* nodes, 3)
      yield* pass(40)
      assert.deepStrictEqual((yield* nodes).map(({ metadata }) => metadata.name), [first, second])
      assert.lengthOf(yield* pods, cluster.pods.filter(({ nodeName }) => nodeName !== third).length)
      yield* fleet.setFault(third, Option.none())
      yield* pass(40)
      assert.lengthOf(yield* nodes, 3)
      assert.lengthOf(yield* pods, cluster.pods.length)
    })))

  it.effect("a node that leaves is gone at once, a node and a pod that come are served after two readings", () =>
    inCluster(Effect.gen(function*() {
      const simulation = yield* Simulation
      const state = yield* ClusterState
      yield* warmUp
      yield* simulation.removeNode(first)
      yield* pass(1)
      assert.deepStrictEqual((yield* nodes).map(({ metadata }) => metadata.name), [second, third])
      assert.strictEqual(yield* status(`/apis/metrics.k8s.io/v1/nodes/${first}`), 404)

      const usage = { cpuNanocores: 250_000_000, memoryBytes: 64 * 1024 * 1024 }
      yield* simulation.addNode({ name: "newcomer", labels: {}, usage })
      yield* state.addPod({
        namespace: "default",
        name: "fresh",
        labels: {},
        nodeName: "newcomer",
        containers: [{ name: "main", usage }]
      })
      yield* pass(60)
      assert.strictEqual(named(yield* nodes, "newcomer")?.usage.cpu, usage.cpuNanocores)
      assert.strictEqual(named(yield* pods, "fresh")?.containers[0]?.usage.cpu, usage.cpuNanocores)
    })))

  it.effect("failures are counted by reason, and a node's series go with the node", () =>
    inCluster(Effect.gen(function*() {
      const fleet = yield* KubeletFleet
      const simulation = yield* Simulation
      yield* fleet.setFault(first, Option.some(Fault.Once({ fault: Fault.ScrapeError() })))
      yield* warmUp
      const before = yield* text("/metrics")
      assert.match(before, /^resource_metrics_scrape_failures_total\{reason="no_data"\} [1-9]/m)
      assert.match(before, /^metrics_server_kubelet_request_total\{success="true"\} [1-9]/m)
      assert.match(before, /^metrics_server_storage_points\{type="node"\} 3$/m)
      assert.include(before, `node="${first}"`)
      yield* simulation.removeNode(first)
      yield* pass(1)
      const after = yield* text("/metrics")
      assert.match(after, /^metrics_server_storage_points\{type="node"\} 2$/m)
      assert.notInclude(after, `node="${first}"`)
      assert.include(after, `node="${second}"`)
    })))

  it.effect("when a node was last scraped well is told, and when its last scrape ended, well or badly", () =>
    inCluster(Effect.gen(function*() {
      const fleet = yield* KubeletFleet
      yield* warmUp
      const told = (name: string) =>
        Effect.map(
          text("/metrics"),
          (page) => Number(page.split("\n").find((line) => line.startsWith(`${name}{node="${first}"}`))?.split(" ")[1])
        )
      const success = told("resource_metrics_node_last_success_timestamp_seconds")
      const begun = yield* success
      assert.isAbove(begun, 0)
      yield* fleet.setFault(first, Option.some(Fault.Hang()))
      yield* pass(31)
      assert.strictEqual(yield* success, begun)
      // The next one began 15 s later, and was given up after 10 s.
      assert.strictEqual(yield* told("metrics_server_kubelet_last_request_time_seconds"), begun + 25)
    })))

  it.effect("what is known stays served while the kube-apiserver cuts its watches and forgets its history", () =>
    inCluster(Effect.gen(function*() {
      const faults = yield* ApiFaults
      const state = yield* ClusterState
      yield* warmUp
      yield* state.compact
      yield* faults.strike("*", ApiFault.WatchCut())
      yield* pass(15)
      assert.lengthOf(yield* nodes, 3)
      yield* state.updateNode(first, (node) => ({ ...node, labels: { ...node.labels, moved: "yes" } }))
      yield* pass(1)
      assert.strictEqual(named(yield* nodes, first)?.metadata.labels?.["moved"], "yes")
    })))
})
