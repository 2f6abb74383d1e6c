/** What happens to the server itself: its clock is set, it stalls, it is told to stop. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, layer } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Option } from "effect"
import { ApiFault } from "../../src/simulate/ApiFault.ts"
import { ApiFaults } from "../../src/simulate/ApiFaults.ts"
import * as Cluster from "../../src/simulate/Cluster.ts"
import { Fault } from "../../src/simulate/Fault.ts"
import { tokens } from "../../src/simulate/Identities.ts"
import { KubeletFleet } from "../../src/simulate/KubeletFleet.ts"
import * as MetricsServerProcess from "../../src/simulate/MetricsServerProcess.ts"
import * as OutputDirectory from "../../src/simulate/OutputDirectory.ts"
import { eventually } from "../fixtures/Eventually.ts"
import { freePort } from "../fixtures/FreePort.ts"
import { http1, http2 } from "../fixtures/HttpsClient.ts"
import { areFresher, inCluster, RunningServer, type Sight, sight } from "../fixtures/RunningServer.ts"
import * as Scenarios from "./Scenarios.ts"

const cluster = Cluster.generate({ nodes: 3, podsPerNode: 2, containersPerPod: 1 })
const names = cluster.nodes.map(({ name }) => name)
const [first = ""] = names

const isComplete = ({ nodes, pods }: Sight) => nodes.size === names.length && pods.size === cluster.pods.length

const server = RunningServer.layer({ flags: [] }).pipe(Layer.provideMerge(inCluster(cluster)))

const hour = 3_600_000

const setClock = Effect.fnUntraced(function*(ahead: number) {
  const { get, order } = yield* RunningServer
  const before = yield* sight("all nodes and pods", isComplete)
  let gaps = 0
  yield* order({ _tag: "SetClock", ahead })
  assert.strictEqual((yield* get("/livez")).status, 200)
  assert.strictEqual((yield* get("/readyz")).status, 200)
  const after = yield* sight("new values", (sight) => {
    if (!isComplete(sight)) gaps++
    return areFresher(sight, before, names)
  })
  assert.strictEqual(gaps, 0)
  assert.deepStrictEqual(
    cluster.nodes.map(({ name }) => after.nodes.get(name)?.usage),
    cluster.nodes.map(({ usage }) => ({ cpu: usage.cpuNanocores, memory: usage.memoryBytes }))
  )
})

layer(server, { excludeTestServices: true })("the server", (it) => {
  it.effect(Scenarios.ourselves.ahead.name, () => setClock(hour))

  it.effect(Scenarios.ourselves.back.name, () =>
    Effect.gen(function*() {
      const { setFault } = yield* KubeletFleet
      yield* setClock(-hour)
      yield* setFault(first, Option.some(Fault.Refuse()))
      yield* sight("the node to expire", ({ nodes }) => !nodes.has(first))
      yield* setFault(first, Option.none())
    }))
})

layer(RunningServer.layer().pipe(Layer.provideMerge(inCluster(cluster))), { excludeTestServices: true })(
  "the server, with time to lose",
  (it) => {
    it.effect(Scenarios.ourselves.stalls.name, () =>
      Effect.gen(function*() {
        const { get, order } = yield* RunningServer
        yield* sight("all nodes and pods", isComplete)
        yield* order({ _tag: "Stall", millis: 3000 })
        const after = yield* sight("anything", () => true)
        assert.isTrue(isComplete(after))
        yield* sight("new values", (sight) => areFresher(sight, after, names))
        yield* eventually("to be alive", get("/livez"), ({ status }) => status === 200)
      }))
  }
)

layer(Layer.merge(inCluster(cluster), NodeServices.layer), { excludeTestServices: true })("the program", (it) => {
  it.effect(Scenarios.ourselves.stops.name, () =>
    Effect.gen(function*() {
      const faults = yield* ApiFaults
      const port = yield* freePort
      const directory = yield* OutputDirectory.write({ out: Option.none(), endpoint: `https://127.0.0.1:${port}` })
      const child = yield* MetricsServerProcess.spawn({ port, directory, flags: [] })
      const headers = { authorization: `Bearer ${tokens.reader}` }
      const ask = (client: typeof http2, name: string) =>
        client({ port, path: `/apis/metrics.k8s.io/v1/nodes/${name}`, headers })
      yield* eventually(
        "to be let in",
        Effect.option(ask(http2, "somebody")),
        (answer) => Option.exists(answer, ({ status }) => status === 404)
      )

      // Each asks about another node, so that each waits for a decision of its own.
      const reviews = "subjectaccessreviews.authorization.k8s.io"
      yield* faults.set(reviews, Option.some(ApiFault.Hang()))
      const underWay = yield* Effect.forEach(
        Array.from({ length: 40 }),
        (_, i) => Effect.forkChild(ask(i % 2 === 0 ? http2 : http1, `node-${i}`))
      )
      yield* eventually("all to be under way", Effect.sync(faults.waiting), (waiting) => waiting === underWay.length)
      yield* Effect.forkChild(child.kill({ killSignal: "SIGTERM" }))
      for (const client of [http1, http2]) {
        yield* eventually("no more to be taken", Effect.exit(client({ port, path: "/livez" })), Exit.isFailure)
      }
      assert.isTrue(underWay.every((fiber) => fiber.pollUnsafe() === undefined))
      yield* faults.set(reviews, Option.none())
      for (const fiber of underWay) assert.strictEqual((yield* Fiber.join(fiber)).status, 404)
      assert.strictEqual(yield* child.exitCode, 0)
    }))
})
