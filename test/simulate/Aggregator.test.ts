/** The aggregation layer in front of a server that tells what reached it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Stream } from "effect"
import { HttpBody, HttpClientRequest, HttpServerRequest, HttpServerResponse } from "effect/http"
import * as AggregatedDiscovery from "../../src/simulate/api/AggregatedDiscovery.ts"
import { ApiServices } from "../../src/simulate/ApiServices.ts"
import { fromSocket } from "../../src/simulate/Authentication.ts"
import { Identities, tokens } from "../../src/simulate/Identities.ts"
import * as Loopback from "../../src/simulate/Loopback.ts"
import { answerOf, onLoopback, overSockets } from "../fixtures/SimulatedApi.ts"

const discovery = {
  kind: "APIGroupDiscoveryList",
  items: [{
    metadata: { name: "metrics.k8s.io" },
    versions: [{ version: "v1", resources: [], freshness: "Current" }, { version: "v1beta1", resources: [] }]
  }]
}

/** Answers what it was asked, and by whom. */
const echo = Effect.gen(function*() {
  const request = yield* HttpServerRequest.HttpServerRequest
  const path = new URL(request.url, "https://echo").pathname
  if (path === "/apis") return HttpServerResponse.jsonUnsafe(discovery)
  if (path === "/openapi/v3") {
    return HttpServerResponse.jsonUnsafe({
      paths: { "apis/metrics.k8s.io/v1": { serverRelativeURL: "/x" }, version: {} }
    })
  }
  if (path.endsWith("/endless")) {
    return HttpServerResponse.stream(Stream.encodeText(Stream.concat(Stream.make("first\n"), Stream.never)))
  }
  if (path.endsWith("/nothing")) return HttpServerResponse.empty({ status: 304, headers: { etag: "e" } })
  return HttpServerResponse.jsonUnsafe({
    method: request.method,
    url: request.url,
    headers: request.headers,
    body: yield* request.text,
    peer: Option.map(fromSocket(request), ({ username }) => username)
  }, { status: 202 })
}).pipe(Effect.catch((error) => Effect.succeed(HttpServerResponse.text(error.message, { status: 500 }))))

interface Echo {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly peer: { readonly value: string }
}

const echoing = Effect.gen(function*() {
  const { clusterCa, frontProxyCa } = yield* Identities
  const pair = yield* clusterCa.issueServer({ commonName: "metrics-server", addresses: ["127.0.0.1"] })
  const server = yield* Loopback.secureServer(echo, { ...pair, clientCa: frontProxyCa.cert })
  const { port } = yield* Loopback.listen(0, (socket) => server.emit("connection", socket))
  yield* (yield* ApiServices).connect(`https://127.0.0.1:${port}`)
  return yield* overSockets
})

const nodes = "/apis/metrics.k8s.io/v1beta1/nodes"

describe("the aggregation layer", () => {
  it.live("passes a request on in the name of its sender, by the front proxy's certificate", () =>
    Effect.gen(function*() {
      const client = yield* echoing
      const response = yield* client.execute(
        HttpClientRequest.post(`${nodes}?labelSelector=a%3Db&limit=5`, {
          headers: {
            authorization: `Bearer ${tokens.reader}`,
            "x-remote-user": "somebody else",
            "x-remote-group": "system:masters",
            "x-remote-extra-scopes": "all",
            accept: "application/vnd.kubernetes.protobuf"
          },
          body: HttpBody.text("a body")
        })
      )
      assert.strictEqual(response.status, 202)
      const seen = (yield* response.json) as unknown as Echo
      assert.strictEqual(seen.peer.value, "front-proxy-client")
      assert.strictEqual(seen.method, "POST")
      assert.strictEqual(seen.url, `${nodes}?labelSelector=a%3Db&limit=5`)
      assert.strictEqual(seen.body, "a body")
      assert.strictEqual(seen.headers["accept"], "application/vnd.kubernetes.protobuf")
      assert.strictEqual(seen.headers["x-remote-user"], "system:serviceaccount:default:reader")
      assert.strictEqual(
        seen.headers["x-remote-group"],
        "system:serviceaccounts, system:serviceaccounts:default, system:authenticated"
      )
      assert.notProperty(seen.headers, "x-remote-extra-scopes")
      assert.notProperty(seen.headers, "authorization")
    }).pipe(Effect.provide(onLoopback)))

  it.live("lets through the head of an answer before its end", () =>
    Effect.gen(function*() {
      const client = yield* echoing
      const response = yield* client.get(`${nodes}/endless`)
      assert.strictEqual(
        yield* Stream.runHead(Stream.decodeText(response.stream)).pipe(Effect.map(Option.getOrNull)),
        "first\n"
      )
      const nothing = yield* client.get(`${nodes}/nothing`)
      assert.deepStrictEqual([nothing.status, nothing.headers["etag"]], [304, "e"])
    }).pipe(Effect.provide(onLoopback)))

  it.live("asks whether the sender may at all", () =>
    Effect.gen(function*() {
      const client = yield* echoing
      const refused = yield* client.get(nodes, { headers: { authorization: `Bearer ${tokens.forbidden}` } })
      assert.strictEqual(refused.status, 403)
      assert.include((yield* answerOf(refused)).message, `nodes.metrics.k8s.io is forbidden`)
    }).pipe(Effect.provide(onLoopback)))

  it.live("asks for each version when the metrics server has no document about all", () =>
    Effect.gen(function*() {
      const resources = [{
        name: "nodes",
        singularName: "",
        namespaced: false,
        kind: "NodeMetrics",
        verbs: ["get", "list"]
      }]
      const ask = (path: string) =>
        Effect.succeed(
          path === "/apis/metrics.k8s.io/v1beta1" ? Option.some({ kind: "APIResourceList", resources }) : Option.none()
        )
      assert.deepStrictEqual(yield* AggregatedDiscovery.discover(["v1beta1"], ask), [{
        version: "v1beta1",
        resources: [{
          resource: "nodes",
          responseKind: { group: "metrics.k8s.io", version: "v1beta1", kind: "NodeMetrics" },
          scope: "Cluster",
          singularResource: "",
          verbs: ["get", "list"]
        }],
        freshness: "Current"
      }])
    }))

  it.live("lists what the metrics server serves", () =>
    Effect.gen(function*() {
      const client = yield* echoing
      const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
      const aggregated = yield* Effect.flatMap(client.get("/apis", { headers: { accept } }), answerOf)
      assert.include(
        JSON.stringify(aggregated.items.at(-1)),
        `"versions":[{"version":"v1","resources":[],"freshness":"Current"}`
      )
      const group = yield* Effect.flatMap(client.get("/apis/metrics.k8s.io"), (response) => response.text)
      assert.include(group, `"preferredVersion":{"groupVersion":"metrics.k8s.io/v1","version":"v1"}`)
      const openApi = yield* Effect.flatMap(client.get("/openapi/v3"), (response) => response.text)
      assert.include(openApi, "apis/metrics.k8s.io/v1")
      assert.notInclude(openApi, `"version"`)
    }).pipe(Effect.provide(onLoopback)))
})
