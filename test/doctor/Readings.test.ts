/** Readings that advance, stand still, go back or are not to be had any more, on a clock that the test owns. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import * as Readings from "../../src/doctor/Readings.ts"
import { Survey } from "../../src/doctor/Survey.ts"
import { Kubelet } from "../../src/scrape/Kubelet.ts"
import * as Cluster from "../../src/simulate/Cluster.ts"
import { Fault } from "../../src/simulate/Fault.ts"
import { tokens } from "../../src/simulate/Identities.ts"
import { KubeletFleet } from "../../src/simulate/KubeletFleet.ts"
import * as Simulation from "../../src/simulate/Simulation.ts"
import { options } from "../fixtures/CommandLine.ts"
import { Interception } from "../fixtures/Interception.ts"
import * as WholeServer from "../fixtures/WholeServer.ts"

const cluster = Cluster.generate({ nodes: 4, podsPerNode: 1, containersPerPod: 1 })

const flags = options({
  "kubelet-preferred-address-types": ["InternalIP"],
  "kubelet-use-node-status-port": ["true"]
})

const surveyed = Survey.layer(flags.server).pipe(
  Layer.provide(Kubelet.layer(flags.kubelet)),
  Layer.provide(WholeServer.edges(tokens.metricsServer)),
  Layer.provide(Interception.layer),
  Layer.provideMerge(Simulation.layerMemory({ cluster }))
)

/** The findings after the readings were followed, with some kubelets at fault between two looks. */
const follow = (faults: Readonly<Record<string, Fault>>) =>
  Effect.gen(function*() {
    const { looks } = yield* Survey
    const { setFault } = yield* KubeletFleet
    yield* looks
    for (const [node, fault] of Object.entries(faults)) yield* setFault(node, Option.some(fault))
    const [, findings] = yield* Effect.all([WholeServer.pass(60), Readings.check], { concurrency: "unbounded" })
    return findings
  }).pipe(Effect.provide(surveyed), (scenario) => Effect.andThen(WholeServer.begin, scenario))

describe("readings", () => {
  it.effect("that advance are well", () =>
    Effect.map(follow({}), (findings) =>
      assert.deepStrictEqual(findings, [{
        check: "readings",
        severity: "ok",
        subject: "4 of 4 nodes",
        seen: "their readings advance"
      }])))

  it.effect("that stand still, go back, or are not to be had any more are told apart", () =>
    Effect.gen(function*() {
      const findings = yield* follow({
        "worker-0001": Fault.StaleTimestamps(),
        "worker-0002": Fault.BackwardsTimestamps(),
        "worker-0003": Fault.Status({ status: 500 })
      })
      assert.deepStrictEqual(findings.map(({ severity, subject }) => [severity, subject]), [
        ["broken", "2 of 4 nodes (worker-0001, worker-0002)"],
        ["warning", "1 of 4 nodes (worker-0003)"],
        ["ok", "1 of 4 nodes"]
      ])
      const [still, lost] = findings
      assert.match(
        still?.seen ?? "",
        /^worker-0001: after 30 s its last reading is still of 2026-11-23T1\d:\d\d:\d\dZ$/
      )
      assert.include(still?.remedy, "housekeeping-interval")
      assert.include(lost?.seen, "it answered once, and then no more: HTTP status 500 (status)")
    }))

  it.effect("that once failed and then advance are well", () =>
    Effect.map(
      follow({ "worker-0001": Fault.Once({ fault: Fault.Status({ status: 500 }) }) }),
      (findings) => assert.deepStrictEqual(findings.map(({ severity }) => severity), ["ok"])
    ))

  it.effect("cannot be judged where no kubelet answers", () =>
    Effect.gen(function*() {
      const { setFault } = yield* KubeletFleet
      for (const { name } of cluster.nodes) yield* setFault(name, Option.some(Fault.Status({ status: 500 })))
      assert.include((yield* Effect.flip(Readings.check)).message, "no way to a kubelet")
    }).pipe(Effect.provide(surveyed)))
})
