/** What the probes ask: named checks over the data flow, answered as a kube-apiserver answers them. */
import { Context, Effect, Layer } from "effect"
import { Nodes } from "../discover/Nodes.ts"
import { Pods } from "../discover/Pods.ts"
import * as Answer from "../serve/Answer.ts"
import type { Route } from "../serve/Route.ts"
import { MetricsStore } from "../store/MetricsStore.ts"

/** A check of the original's name, and whether it passes now. */
export interface Check {
  readonly name: string
  readonly passes: boolean
}

export type Probe = "livez" | "readyz" | "healthz"

export class Health extends Context.Service<Health, {
  probe(probe: Probe): Effect.Effect<ReadonlyArray<Check>>
}>()("metrics-server/observe/Health") {
  static readonly layer = Layer.effect(
    Health,
    Effect.gen(function*() {
      const nodes = yield* Nodes
      const pods = yield* Pods
      const store = yield* MetricsStore

      const ping = Effect.succeed({ name: "ping", passes: true })
      const metadataSynced = Effect.map(pods.synced, (passes) => ({ name: "metadata-informer-sync", passes }))
      const nodesSynced = Effect.map(nodes.synced, (passes) => ({ name: "metric-informer-sync", passes }))
      const storageReady = Effect.map(store.counts, ({ containers, nodes }) => ({
        name: "metric-storage-ready",
        passes: nodes > 0 && containers > 0
      }))

      const checks = {
        livez: [ping, metadataSynced],
        readyz: [ping, storageReady, nodesSynced, metadataSynced],
        healthz: [ping, metadataSynced]
      } satisfies Record<Probe, ReadonlyArray<Effect.Effect<Check>>>

      return Health.of({ probe: (probe) => Effect.all(checks[probe]) })
    })
  )
}

/** `/livez`, `/readyz` and `/healthz`. */
export const routes = Effect.map(Health, (health) =>
  (["livez", "readyz", "healthz"] as const).map((probe): Route => ({
    path: `/${probe}`,
    respond: ({ query }) =>
      Effect.map(health.probe(probe), (checks) => {
        const { healthy, text } = report(probe, checks, query.has("verbose"))
        return Answer.text(text, healthy ? 200 : 500)
      })
  })))

/** The text of a probe's answer: "ok", or every check when one fails or when asked to. */
export const report = (probe: Probe, checks: ReadonlyArray<Check>, verbose: boolean) => {
  const healthy = checks.every((check) => check.passes)
  if (healthy && !verbose) return { healthy, text: "ok" }
  const lines = checks.map(({ name, passes }) => passes ? `[+]${name} ok` : `[-]${name} failed: reason withheld`)
  return { healthy, text: [...lines, `${probe} check ${healthy ? "passed" : "failed"}`, ""].join("\n") }
}
