/** The usage of the simulated nodes, read back the way everybody reads it: through the aggregation layer. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import Undici from "@effect/platform-node/Undici"
import { Effect, Option, Schedule, Schema } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import { parseBytes, parseCpu } from "../Quantity.ts"
import { Identities } from "./Identities.ts"
import { Simulation } from "./Simulation.ts"

const NodeMetricsList = Schema.Struct({
  items: Schema.Array(Schema.Struct({
    metadata: Schema.Struct({ name: Schema.String }),
    window: Schema.String,
    usage: Schema.Struct({ cpu: Schema.String, memory: Schema.String })
  }))
})

export type NodeMetrics = typeof NodeMetricsList.Type["items"][number]

/** Waits until every node has metrics, telling how many have, and returns them. */
export const awaitNodes = Effect.fnUntraced(function*(tell: (have: number) => Effect.Effect<void>) {
  const { clients, clusterCa } = yield* Identities
  const { cluster, url } = yield* Simulation
  const dispatcher = yield* Effect.acquireRelease(
    Effect.sync(() => new Undici.Agent({ allowH2: false, connect: { ...clients.admin, ca: clusterCa.cert } })),
    (agent) => Effect.promise(() => agent.destroy())
  )
  const client = yield* Effect.provideService(NodeHttpClient.makeUndici, NodeHttpClient.Dispatcher, dispatcher)
  const list = HttpClient.filterStatusOk(client).get(`${url}/apis/metrics.k8s.io/v1beta1/nodes`).pipe(
    Effect.flatMap(HttpClientResponse.schemaBodyJson(NodeMetricsList)),
    Effect.timeout("10 seconds"),
    Effect.map(({ items }) => items),
    // it does not listen yet, or has nothing yet: that is what we wait for
    Effect.orElseSucceed((): ReadonlyArray<NodeMetrics> => [])
  )
  let told = -1
  return yield* list.pipe(
    Effect.tap((items) => {
      if (items.length === told) return Effect.void
      told = items.length
      return tell(told)
    }),
    Effect.repeat({ schedule: Schedule.spaced("500 millis"), until: (items) => items.length >= cluster.nodes.length })
  )
})

/** The first nodes of that list as a table. */
export const table = (nodes: ReadonlyArray<NodeMetrics>, rows: number) => {
  const cells = [
    ["NODE", "CPU", "MEMORY", "WINDOW"],
    ...nodes.slice(0, rows).map(({ metadata, usage, window }) => [
      metadata.name,
      `${Math.ceil(Option.getOrElse(parseCpu(usage.cpu), () => Number.NaN) / 1e6)}m`,
      `${Math.floor(Option.getOrElse(parseBytes(usage.memory), () => Number.NaN) / 1024 / 1024)}Mi`,
      window
    ])
  ]
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)))
  const lines = cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join("   ").trimEnd())
  return nodes.length > rows ? [...lines, `... and ${nodes.length - rows} more`] : lines
}
