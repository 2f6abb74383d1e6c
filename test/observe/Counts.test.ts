/** What is counted of who comes, of whom we ask, and of what we follow. */
import { assert, layer } from "@effect/vitest"
import { Clock, Duration, Effect } from "effect"
import { connect } from "node:net"
import { ApiFault } from "../../src/simulate/ApiFault.ts"
import { ApiFaults } from "../../src/simulate/ApiFaults.ts"
import { ClusterState } from "../../src/simulate/ClusterState.ts"
import { tokens } from "../../src/simulate/Identities.ts"
import { away, Interception, nothing } from "../fixtures/Interception.ts"
import * as Listening from "../fixtures/Listening.ts"
import { askAs } from "../fixtures/Listening.ts"
import * as LoopbackHttps from "../fixtures/LoopbackHttps.ts"
import * as WholeServer from "../fixtures/WholeServer.ts"

/** The value of a series, by its name and labels as they stand on the page. */
const values = Effect.map(Listening.metrics, (families) => {
  const samples = families.flatMap((family) => family.samples)
  return (name: string, labels: Readonly<Record<string, string>> = {}) =>
    samples.filter((sample) =>
      sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value)
    ).reduce((sum, { value }) => sum + value, 0)
})

const nodes = "/apis/metrics.k8s.io/v1/nodes"

layer(Listening.layer)("what is counted", (it) => {
  it.effect("of senders: who is believed and who may, and how often that was asked elsewhere", () =>
    Effect.gen(function*() {
      yield* WholeServer.pass(40)
      yield* values
      const before = yield* values
      yield* askAs(tokens.reader, nodes)
      yield* askAs(tokens.nobody, nodes)
      yield* askAs("garbage", nodes)
      yield* askAs(undefined, "/livez")
      const after = yield* values
      const grown = (name: string, labels: Readonly<Record<string, string>>) =>
        after(name, labels) - before(name, labels)
      // The page itself was asked for once more.
      assert.strictEqual(grown("authentication_attempts", { result: "success" }), 4)
      assert.strictEqual(grown("authentication_attempts", { result: "failure" }), 1)
      assert.strictEqual(grown("authentication_duration_seconds_count", { result: "failure" }), 1)
      assert.strictEqual(grown("authorization_attempts_total", { result: "allowed" }), 3)
      assert.strictEqual(grown("authorization_attempts_total", { result: "denied" }), 1)
      assert.strictEqual(grown("authentication_token_cache_request_total", { status: "hit" }), 2)
      assert.strictEqual(grown("authentication_token_cache_request_total", { status: "miss" }), 2)
      assert.strictEqual(grown("apiserver_delegated_authn_request_total", { code: "201" }), 2)
      assert.strictEqual(grown("apiserver_delegated_authz_request_total", { code: "201" }), 2)
      assert.strictEqual(grown("rest_client_requests_total", { code: "201", method: "POST" }), 4)
    }))

  it.effect("of connections: those that did not agree on TLS, and until when the certificate is valid that they are shown", () =>
    Effect.gen(function*() {
      const failures = Effect.map(values, (value) => value("apiserver_tls_handshake_errors_total"))
      assert.strictEqual(yield* failures, 0)
      connect({ port: yield* LoopbackHttps.port, host: "127.0.0.1" }).on("error", () => {}).end("no TLS")
      yield* Effect.repeat(failures, { until: (count) => count === 1 })
      const until = (yield* values)("resource_metrics_certificate_expiration_timestamp_seconds", {
        certificate: "serving"
      })
      const days = Duration.toDays(Duration.millis(until * 1000 - (yield* Clock.currentTimeMillis)))
      assert.isAbove(days, 364)
      assert.isBelow(days, 366)
    }))

  it.effect("of collections: what is known, and whether they are followed", () =>
    Effect.gen(function*() {
      const path = { path: "/api/v1/nodes" }
      const { intercept } = yield* Interception
      const state = yield* ClusterState
      const faults = yield* ApiFaults
      const well = yield* values
      assert.strictEqual(well("resource_metrics_watch_objects", path), 3)
      assert.strictEqual(well("resource_metrics_watch_healthy", path), 1)
      yield* intercept((request, url) => url.pathname.startsWith("/api/v1/") ? away(request, url) : undefined)
      yield* faults.strike("*", ApiFault.WatchCut())
      yield* WholeServer.pass(1)
      const cut = yield* values
      assert.strictEqual(cut("resource_metrics_watch_objects", path), 3)
      assert.strictEqual(cut("resource_metrics_watch_healthy", path), 0)
      assert.isAbove(
        cut("resource_metrics_watch_failures_total", path),
        well("resource_metrics_watch_failures_total", path)
      )
      assert.isAbove(cut("rest_client_requests_total", { code: "<error>", method: "GET" }), 0)
      yield* intercept(nothing)
      yield* WholeServer.pass(30)
      yield* state.updateNode("worker-0001", (node) => ({ ...node, labels: { ...node.labels, changed: "yes" } }))
      yield* WholeServer.pass(1)
      const again = yield* values
      assert.strictEqual(again("resource_metrics_watch_healthy", path), 1)
      assert.isAbove(
        again("resource_metrics_watch_last_contact_timestamp_seconds", path),
        well("resource_metrics_watch_last_contact_timestamp_seconds", path)
      )
    }))
})
