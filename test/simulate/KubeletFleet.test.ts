/** The simulated kubelets over real TLS. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Option } from "effect"
import { Agent, request } from "node:https"
import { Access } from "../../src/simulate/Access.ts"
import * as Cluster from "../../src/simulate/Cluster.ts"
import { ClusterState } from "../../src/simulate/ClusterState.ts"
import { Fault } from "../../src/simulate/Fault.ts"
import { Identities, tokens } from "../../src/simulate/Identities.ts"
import * as Installed from "../../src/simulate/Installed.ts"
import { KubeletFleet } from "../../src/simulate/KubeletFleet.ts"
import { ObjectStore } from "../../src/simulate/ObjectStore.ts"

const fleet = KubeletFleet.layer({ housekeeping: Duration.seconds(10), jitter: Duration.zero }).pipe(
  Layer.provideMerge(ClusterState.layer),
  Layer.provide([Access.layer, Installed.layer()]),
  Layer.provideMerge(ObjectStore.layer),
  Layer.provideMerge(Identities.layer)
)

interface Answer {
  readonly status: number
  readonly body: string
}

/** A kubelet's answer, or the code of the error that came instead. */
const get = (port: number, options: { readonly ca: string; readonly token?: string; readonly agent?: Agent }) =>
  Effect.callback<Answer | string>((resume) => {
    const sent = request({
      host: "127.0.0.1",
      port,
      path: "/metrics/resource",
      ca: options.ca,
      agent: options.agent ?? false,
      headers: options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }
    }, (response) => {
      let body = ""
      response.setEncoding("utf8")
      response.on("data", (chunk: string) => body += chunk)
      response.on("error", (error: NodeJS.ErrnoException) => resume(Effect.succeed(error.code ?? error.message)))
      response.on("end", () => resume(Effect.succeed({ status: response.statusCode ?? 0, body })))
    })
    sent.on("error", (error: NodeJS.ErrnoException) => resume(Effect.succeed(error.code ?? error.message)))
    sent.end()
    return Effect.sync(() => sent.destroy())
  })

const started = Effect.gen(function*() {
  const fleet = yield* KubeletFleet
  const state = yield* ClusterState
  const { kubeletCa } = yield* Identities
  const cluster = Cluster.generate({ nodes: 1, podsPerNode: 3, containersPerPod: 1 })
  const node = cluster.nodes[0]!
  const { port } = yield* fleet.start(node)
  yield* Effect.forEach(cluster.pods, (pod) => state.addPod(pod, { startedAt: 1000 }))
  const ask = (token?: string, agent?: Agent) =>
    get(port, {
      ca: kubeletCa.cert,
      ...(token === undefined ? {} : { token }),
      ...(agent === undefined ? {} : { agent })
    })
  return { fleet, node: node.name, ask, scrape: ask(tokens.metricsServer) }
})

const statusOf = (answer: Answer | string) => typeof answer === "string" ? answer : answer.status

describe("a simulated kubelet", () => {
  it.live("serves its page to the metrics server and to nobody else", () =>
    Effect.gen(function*() {
      const { ask, scrape } = yield* started
      const page = yield* scrape
      if (typeof page === "string") return assert.fail(page)
      assert.strictEqual(page.status, 200)
      assert.match(page.body, /^node_cpu_usage_seconds_total \S+ \d+$/m)
      assert.strictEqual(statusOf(yield* ask()), 401)
      assert.strictEqual(statusOf(yield* ask("nobody.knows.it")), 401)
      assert.strictEqual(statusOf(yield* ask(tokens.reader)), 403)
    }).pipe(Effect.provide(fleet)))

  it.live.each(
    [
      [Fault.Refuse(), "ECONNREFUSED"],
      [Fault.Reset(), "ECONNRESET"],
      [Fault.Truncated(), "ECONNRESET"],
      [Fault.Certificate({ kind: "OtherAuthority" }), "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
      [Fault.Certificate({ kind: "SelfSigned" }), "SELF_SIGNED_CERT_IN_CHAIN"],
      [Fault.Certificate({ kind: "Expired" }), "CERT_HAS_EXPIRED"],
      [Fault.Certificate({ kind: "WrongName" }), "ERR_TLS_CERT_ALTNAME_INVALID"],
      [Fault.Status({ status: 401 }), 401],
      [Fault.Status({ status: 503 }), 503]
    ] as const
  )("shows the fault it is given, and is well again without it: %o", ([fault, expected]) =>
    Effect.gen(function*() {
      const { fleet, node, scrape } = yield* started
      assert.strictEqual(statusOf(yield* scrape), 200)
      yield* fleet.setFault(node, Option.some(fault))
      assert.strictEqual(statusOf(yield* scrape), expected)
      yield* fleet.setFault(node, Option.none())
      assert.strictEqual(statusOf(yield* scrape), 200)
    }).pipe(Effect.provide(fleet)))

  it.live("meets a fault that happens once with one request only", () =>
    Effect.gen(function*() {
      const { fleet, node, scrape } = yield* started
      yield* fleet.setFault(node, Option.some(Fault.Once({ fault: Fault.Status({ status: 500 }) })))
      assert.deepStrictEqual([statusOf(yield* scrape), statusOf(yield* scrape)], [500, 200])
    }).pipe(Effect.provide(fleet)))

  it.live("breaks kept connections when its certificate changes", () =>
    Effect.gen(function*() {
      const { ask, fleet, node } = yield* started
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      assert.strictEqual(statusOf(yield* ask(tokens.metricsServer, agent)), 200)
      yield* fleet.setFault(node, Option.some(Fault.Certificate({ kind: "Expired" })))
      assert.include(["CERT_HAS_EXPIRED", "ECONNRESET"], statusOf(yield* ask(tokens.metricsServer, agent)))
      agent.destroy()
    }).pipe(Effect.provide(fleet)))

  it.live("answers nobody after its node was stopped", () =>
    Effect.gen(function*() {
      const { fleet, node, scrape } = yield* started
      yield* fleet.stop(node)
      assert.strictEqual(statusOf(yield* scrape), "ECONNREFUSED")
      assert.deepStrictEqual(fleet.endpoint(node), Option.none())
    }).pipe(Effect.provide(fleet)))
})
