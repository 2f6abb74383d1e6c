/** Watches that stay open and silent: it takes minutes to notice, so that the clock is the test's. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { ApiFault } from "../../src/simulate/ApiFault.ts"
import { ApiFaults } from "../../src/simulate/ApiFaults.ts"
import { ClusterState } from "../../src/simulate/ClusterState.ts"
import { cluster, inCluster, nodes, pass } from "../fixtures/WholeServer.ts"
import * as Scenarios from "./Scenarios.ts"

const [first] = cluster.nodes

const seen = Effect.map(nodes, (items) => items.find(({ metadata }) => metadata.name === first?.name))

it.effect(`the kube-apiserver: ${Scenarios.apiServer.silent.name}`, () =>
  inCluster(Effect.gen(function*() {
    const faults = yield* ApiFaults
    const { updateNode } = yield* ClusterState
    yield* pass(40)
    yield* faults.strike("*", ApiFault.WatchSilence())
    yield* updateNode(first?.name ?? "", (node) => ({ ...node, labels: { is: "changed" } }))
    const before = yield* seen
    yield* pass(100)
    const meanwhile = yield* seen
    assert.isUndefined(meanwhile?.metadata.labels?.["is"])
    assert.isAtLeast(meanwhile!.timestamp - before!.timestamp, 80_000)
    yield* pass(60)
    assert.strictEqual((yield* seen)?.metadata.labels?.["is"], "changed")
  })))
