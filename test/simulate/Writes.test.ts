/** What the simulated API server lets clients write, and what follows from it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { HttpBody, type HttpClient, HttpClientRequest, HttpServerResponse } from "effect/http"
import { ApiServices } from "../../src/simulate/ApiServices.ts"
import { serviceAccountToken } from "../../src/simulate/Identities.ts"
import * as Simulation from "../../src/simulate/Simulation.ts"
import { answerOf, cluster, overMemory } from "../fixtures/SimulatedApi.ts"

const deployment = (selector: string, replicas: number) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "d", labels: { a: "b" } },
  spec: { replicas, selector: { matchLabels: { app: selector } } }
})

const deployments = "/apis/apps/v1/namespaces/shop/deployments"

const applyPatch = "application/apply-patch+yaml"

const send = (
  client: HttpClient.HttpClient,
  method: "POST" | "PUT" | "PATCH",
  path: string,
  body: object,
  type = "application/json"
) => client.execute(HttpClientRequest.make(method)(path, { body: HttpBody.text(JSON.stringify(body), type) }))

const remove = (client: HttpClient.HttpClient, path: string) => client.execute(HttpClientRequest.delete(path))

/** Its aggregation layer reaches a metrics server that serves v1 alone. */
const served = Simulation.layerMemory({
  cluster,
  dispatch: ({ url }) =>
    Effect.succeed(
      url.endsWith("/apis/metrics.k8s.io/v1")
        ? HttpServerResponse.stream(Stream.encodeText(Stream.make("{}")))
        : HttpServerResponse.empty({ status: 404 })
    )
})

describe("the API server", () => {
  it.effect("creates, replaces, applies and deletes objects", () =>
    Effect.gen(function*() {
      const client = yield* overMemory
      const statuses = yield* Effect.all([
        send(client, "PUT", `${deployments}/d`, deployment("x", 1)),
        send(client, "POST", deployments, deployment("x", 1)),
        send(client, "POST", deployments, deployment("x", 1)),
        send(client, "PUT", `${deployments}/d`, deployment("x", 2)),
        send(client, "PATCH", `${deployments}/d`, deployment("x", 3), applyPatch),
        send(client, "PATCH", `${deployments}/d`, deployment("x", 4), "application/merge-patch+json"),
        send(client, "PATCH", `${deployments}/e`, deployment("x", 3), applyPatch)
      ]).pipe(Effect.map((responses) => responses.map(({ status }) => status)))
      assert.deepStrictEqual(statuses, [404, 201, 409, 200, 200, 415, 400])
      const stored = yield* Effect.flatMap(client.get(`${deployments}/d`), (response) => response.json)
      assert.deepInclude(stored, { spec: deployment("x", 3).spec, kind: "Deployment", apiVersion: "apps/v1" })
      assert.strictEqual((yield* remove(client, `${deployments}/d`)).status, 200)
      assert.strictEqual((yield* remove(client, `${deployments}/d`)).status, 404)
    }).pipe(Effect.provide(served)))

  it.effect("lets nobody change what Kubernetes does not let change", () =>
    Effect.gen(function*() {
      const client = yield* overMemory
      yield* send(client, "POST", deployments, deployment("x", 1))
      const refused = yield* send(client, "PATCH", `${deployments}/d`, deployment("y", 1), applyPatch)
      assert.strictEqual(refused.status, 422)
      assert.include((yield* answerOf(refused)).message, "spec.selector: Invalid value: field is immutable")
    }).pipe(Effect.provide(served)))

  it.effect("lets nobody write its nodes and pods, which are simulated", () =>
    Effect.gen(function*() {
      const client = yield* overMemory
      assert.strictEqual((yield* remove(client, "/api/v1/nodes/worker-0001")).status, 405)
    }).pipe(Effect.provide(served)))

  it.effect("lets a role do its work from when it is bound until it is not", () =>
    Effect.gen(function*() {
      const client = yield* overMemory
      const headers = { authorization: `Bearer ${serviceAccountToken("shop", "robot")}` }
      const status = Effect.map(client.get("/api/v1/namespaces/shop/pods", { headers }), ({ status }) => status)
      const rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings"
      const before = yield* status
      yield* send(client, "POST", rbac, {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "RoleBinding",
        metadata: { name: "robot" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
        subjects: [{ kind: "ServiceAccount", name: "robot" }]
      })
      const bound = yield* status
      yield* remove(client, `${rbac}/robot`)
      assert.deepStrictEqual([before, bound, yield* status], [403, 200, 403])
    }).pipe(Effect.provide(served)))
})

describe("an APIService", () => {
  const path = "/apis/apiregistration.k8s.io/v1/apiservices"

  const rowsOf = Effect.gen(function*() {
    const client = yield* overMemory
    const accept = "application/json;as=Table;v=v1;g=meta.k8s.io"
    const { rows } = yield* Effect.flatMap(client.get(path, { headers: { accept } }), answerOf)
    return rows.map(({ cells }) => cells.slice(0, 3))
  })

  it.effect("says whether the metrics server answers for its version", () =>
    Effect.gen(function*() {
      const service = "kube-system/metrics-server"
      assert.deepStrictEqual(yield* rowsOf, [
        ["v1.metrics.k8s.io", service, "False (MissingEndpoints)"],
        ["v1beta1.metrics.k8s.io", service, "False (MissingEndpoints)"]
      ])
      yield* (yield* ApiServices).connect("https://metrics-server")
      assert.deepStrictEqual(yield* rowsOf, [
        ["v1.metrics.k8s.io", service, "True"],
        ["v1beta1.metrics.k8s.io", service, "False (FailedDiscoveryCheck)"]
      ])
      yield* remove(yield* overMemory, "/api/v1/namespaces/kube-system/services/metrics-server")
      assert.deepStrictEqual((yield* rowsOf)[0], ["v1.metrics.k8s.io", service, "False (ServiceNotFound)"])
    }).pipe(Effect.provide(served)))

  it.effect("that is not there leaves its version unknown, and the last one the group", () =>
    Effect.gen(function*() {
      const client = yield* overMemory
      yield* (yield* ApiServices).connect("https://metrics-server")
      const status = (path: string) => Effect.map(client.get(path), ({ status }) => status)
      yield* remove(client, `${path}/v1.metrics.k8s.io`)
      assert.strictEqual(yield* status("/apis/metrics.k8s.io/v1/nodes"), 404)
      assert.strictEqual(yield* status("/apis/metrics.k8s.io"), 200)
      yield* remove(client, `${path}/v1beta1.metrics.k8s.io`)
      assert.strictEqual(yield* status("/apis/metrics.k8s.io"), 404)
    }).pipe(Effect.provide(served)))
})
