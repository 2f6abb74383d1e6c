/** The simulated API server, asked over TLS and in memory: the same answers. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { HttpBody, type HttpClient, HttpClientRequest } from "effect/http"
import { TestClock } from "effect/testing"
import { ClusterState } from "../../src/simulate/ClusterState.ts"
import { tokens } from "../../src/simulate/Identities.ts"
import { Simulation } from "../../src/simulate/Simulation.ts"
import { settle } from "../fixtures/ScriptedServer.ts"
import {
  answerOf,
  ask,
  cluster,
  inMemory,
  metadataOnly,
  onLoopback,
  overMemory,
  overSockets,
  watch
} from "../fixtures/SimulatedApi.ts"

const asTable = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"

const pods = "/api/v1/pods"

const post = (client: HttpClient.HttpClient, path: string, body: object) =>
  client.execute(HttpClientRequest.post(path, { body: HttpBody.jsonUnsafe(body) })).pipe(Effect.flatMap(answerOf))

const names = ({ items }: { readonly items: ReadonlyArray<{ readonly metadata: { readonly name: string } }> }) =>
  items.map(({ metadata }) => metadata.name)

const someNode = { name: "late", labels: { pool: "new" }, usage: { cpuNanocores: 1000, memoryBytes: 1 } }

for (
  const { connect, layer, mode } of [
    { mode: "over sockets", layer: onLoopback, connect: overSockets },
    { mode: "in memory", layer: inMemory, connect: overMemory }
  ]
) {
  describe(`the API server, ${mode}`, () => {
    it.live("lists pages that together are the whole, of one version", () =>
      Effect.gen(function*() {
        const client = yield* connect
        const whole = yield* ask(client, pods)
        assert.strictEqual(whole.kind, "PodList")
        assert.strictEqual(whole.items.length, 12)
        const first = yield* ask(client, `${pods}?limit=5`)
        assert.strictEqual(first.metadata.remainingItemCount, 7)
        const second = yield* ask(client, `${pods}?limit=5&continue=${first.metadata.continue}`)
        const third = yield* ask(client, `${pods}?limit=5&continue=${second.metadata.continue}`)
        assert.isUndefined(third.metadata.continue)
        assert.deepStrictEqual([first, second, third].flatMap(names), names(whole))
        assert.strictEqual(third.metadata.resourceVersion, first.metadata.resourceVersion)
      }).pipe(Effect.provide(layer)))

    it.live("does not continue a list whose version was compacted away", () =>
      Effect.gen(function*() {
        const client = yield* connect
        const first = yield* ask(client, `${pods}?limit=5`)
        yield* (yield* ClusterState).compact
        const gone = yield* ask(client, `${pods}?limit=5&continue=${first.metadata.continue}`)
        assert.deepStrictEqual([gone.code, gone.reason], [410, "Expired"])
      }).pipe(Effect.provide(layer)))

    it.live("selects by labels and fields, and refuses what it does not understand", () =>
      Effect.gen(function*() {
        const client = yield* connect
        const wanted = (test: (pod: (typeof cluster.pods)[number]) => boolean) => cluster.pods.filter(test).length
        const count = (query: string) => Effect.map(ask(client, `${pods}?${query}`), ({ items }) => items.length)
        const part = "app.kubernetes.io/part-of"
        const counts = yield* Effect.all([
          count("fieldSelector=spec.nodeName%3Dworker-0002"),
          count("fieldSelector=status.phase!%3DRunning"),
          count(`labelSelector=${part}+in+(shop,search),!nothing`),
          count(`labelSelector=${part}!%3Dshop`),
          count(`labelSelector=${part}+notin+(shop,payments)`)
        ])
        assert.deepStrictEqual(counts, [
          6,
          0,
          wanted(({ namespace }) => namespace === "shop" || namespace === "search"),
          wanted(({ namespace }) => namespace !== "shop"),
          wanted(({ namespace }) => namespace !== "shop" && namespace !== "payments")
        ])
        assert.strictEqual((yield* ask(client, `${pods}?fieldSelector=spec.colour%3Dred`)).code, 400)
        assert.strictEqual((yield* ask(client, `${pods}?labelSelector=a+b`)).code, 400)
      }).pipe(Effect.provide(layer)))

    it.live("gives metadata alone, or a table, to those who ask for it", () =>
      Effect.gen(function*() {
        const client = yield* connect
        const metadata = yield* ask(client, pods, { accept: metadataOnly })
        assert.strictEqual(metadata.kind, "PartialObjectMetadataList")
        assert.isTrue(metadata.items.every((item) => item.metadata.name !== "" && !("spec" in item)))
        const table = yield* ask(client, "/api/v1/nodes", { accept: asTable })
        assert.deepStrictEqual(table.columnDefinitions.slice(0, 5).map(({ name }) => name), [
          "Name",
          "Status",
          "Roles",
          "Age",
          "Version"
        ])
        assert.deepStrictEqual(table.rows.map(({ cells }) => cells[1]), ["Ready", "Ready"])
        const node = yield* ask(client, "/api/v1/nodes/worker-0001")
        assert.deepStrictEqual(node.status["addresses"], [
          { type: "InternalIP", address: "127.0.0.1" },
          { type: "Hostname", address: "worker-0001" }
        ])
        assert.strictEqual((yield* ask(client, "/api/v1/nodes/nowhere")).message, `nodes "nowhere" not found`)
      }).pipe(Effect.provide(layer)))

    it.live("tells a watch what happened since its version, and what happens", () =>
      Effect.gen(function*() {
        const client = yield* connect
        const state = yield* ClusterState
        const { metadata } = yield* ask(client, "/api/v1/nodes?limit=1")
        yield* (yield* Simulation).addNode(someNode)
        const { next } = yield* watch(client, `/api/v1/nodes?watch=true&resourceVersion=${metadata.resourceVersion}`)
        const added = yield* next
        assert.deepStrictEqual([added.type, added.object.metadata.name], ["ADDED", "late"])
        yield* state.updateNode("late", (node) => ({ ...node, ready: false }))
        const modified = yield* next
        assert.deepStrictEqual([modified.type, modified.object.metadata.name], ["MODIFIED", "late"])
        assert.isAbove(Number(modified.object.metadata.resourceVersion), Number(added.object.metadata.resourceVersion))
        yield* (yield* Simulation).removeNode("late")
        assert.strictEqual((yield* next).type, "DELETED")
      }).pipe(Effect.provide(layer)))

    it.live("reports an object that a watch's selector no longer selects as deleted", () =>
      Effect.gen(function*() {
        const client = yield* connect
        const state = yield* ClusterState
        const { metadata } = yield* ask(client, pods)
        const { next } = yield* watch(
          client,
          `${pods}?watch=1&fieldSelector=status.phase%3DRunning&resourceVersion=${metadata.resourceVersion}`
        )
        const { name, namespace } = cluster.pods[0]!
        yield* state.updatePod(namespace, name, (pod) => ({ ...pod, phase: "Succeeded" }))
        const deleted = yield* next
        assert.deepStrictEqual([deleted.type, deleted.object.metadata.name], ["DELETED", name])
      }).pipe(Effect.provide(layer)))

    it.live("tells a watch from too long ago that its version is gone", () =>
      Effect.gen(function*() {
        const client = yield* connect
        const { metadata } = yield* ask(client, pods)
        yield* (yield* ClusterState).compact
        const { ended, next } = yield* watch(client, `${pods}?watch=1&resourceVersion=${metadata.resourceVersion}`)
        const event = yield* next
        assert.deepStrictEqual([event.type, event.object.code], ["ERROR", 410])
        yield* ended
      }).pipe(Effect.provide(layer)))

    it.live("begins the answer to a watch before anything happens", () =>
      Effect.gen(function*() {
        const client = yield* connect
        const { metadata } = yield* ask(client, "/api/v1/nodes")
        const quiet = yield* client.get(`/api/v1/nodes?watch=1&resourceVersion=${metadata.resourceVersion}`)
        assert.strictEqual(quiet.status, 200)
      }).pipe(Effect.provide(layer)))

    it.live("ends a watch after timeoutSeconds", () =>
      Effect.gen(function*() {
        const client = yield* connect
        const { ended } = yield* watch(client, "/api/v1/nodes?watch=1&timeoutSeconds=0")
        assert.strictEqual((yield* ended)._tag, "Success")
      }).pipe(Effect.provide(layer)))

    it.live("knows who asks, and what everybody may", () =>
      Effect.gen(function*() {
        const client = yield* connect
        const as = (token: string, path: string) => ask(client, path, { authorization: token && `Bearer ${token}` })
        assert.strictEqual((yield* as("nobody.knows.it", "/api")).code, 401)
        assert.strictEqual((yield* as("", "/api")).code, 403)
        assert.strictEqual((yield* as(tokens.forbidden, "/api")).kind, "APIVersions")
        assert.strictEqual((yield* as(tokens.forbidden, "/api/v1/nodes")).code, 403)
        assert.strictEqual((yield* as(tokens.metricsServer, "/api/v1/nodes")).kind, "NodeList")
        const config = "/api/v1/namespaces/kube-system/configmaps"
        const named = "fieldSelector=metadata.name%3Dextension-apiserver-authentication"
        assert.strictEqual((yield* as(tokens.metricsServer, config)).code, 403)
        assert.deepStrictEqual(names(yield* as(tokens.metricsServer, `${config}?${named}`)), [
          "extension-apiserver-authentication"
        ])
      }).pipe(Effect.provide(layer)))

    it.live("reviews tokens and rights", () =>
      Effect.gen(function*() {
        const client = yield* connect
        const token = (token: string) =>
          Effect.map(post(client, "/apis/authentication.k8s.io/v1/tokenreviews", { spec: { token } }), ({ status }) =>
            status)
        const reader = yield* token(tokens.reader)
        assert.strictEqual(reader["authenticated"], true)
        assert.include(JSON.stringify(reader["user"]), "system:serviceaccount:default:reader")
        assert.isUndefined((yield* token("nobody.knows.it"))["authenticated"])

        const may = (user: string, groups: ReadonlyArray<string>, asked: object) =>
          post(client, "/apis/authorization.k8s.io/v1/subjectaccessreviews", { spec: { user, groups, ...asked } }).pipe(
            Effect.map(({ status }) =>
              status["allowed"]
            )
          )
        const list = {
          resourceAttributes: { verb: "list", group: "metrics.k8s.io", version: "v1beta1", resource: "nodes" }
        }
        const path = { nonResourceAttributes: { verb: "get", path: "/metrics" } }
        const account = (name: string) => `system:serviceaccount:default:${name}`
        assert.deepStrictEqual(
          yield* Effect.all([
            may(account("reader"), [], list),
            may(account("reader"), [], path),
            may(account("forbidden"), ["system:authenticated"], list),
            may("nobody", [], path),
            may("anybody", ["system:masters"], list)
          ]),
          [true, true, false, false, true]
        )
      }).pipe(Effect.provide(layer)))

    it.live("lists metrics.k8s.io even while the metrics server is away, and says so when it is asked for more", () =>
      Effect.gen(function*() {
        const client = yield* connect
        const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
        const discovery = yield* ask(client, "/apis", { accept })
        assert.include(JSON.stringify(discovery.items.at(-1)), `"freshness":"Stale"`)
        assert.includeMembers((yield* ask(client, "/apis")).groups.map(({ name }) => name), [
          "authentication.k8s.io",
          "authorization.k8s.io",
          "metrics.k8s.io"
        ])
        const away = yield* client.get("/apis/metrics.k8s.io/v1beta1/nodes")
        assert.deepStrictEqual([away.status, yield* away.text], [503, "service unavailable\n"])
      }).pipe(Effect.provide(layer)))
  })
}

describe("a watch in memory", () => {
  it.effect("gets a bookmark every minute of our clock", () =>
    Effect.gen(function*() {
      const client = yield* overMemory
      const { next } = yield* watch(client, "/api/v1/nodes?watch=1&allowWatchBookmarks=true")
      const last = [yield* next, yield* next][1]!.object.metadata.resourceVersion
      yield* settle
      yield* TestClock.adjust("1 minute")
      const bookmark = yield* next
      assert.deepStrictEqual([bookmark.type, bookmark.object.kind], ["BOOKMARK", "PartialObjectMetadata"])
      assert.isAtLeast(Number(bookmark.object.metadata.resourceVersion), Number(last))
      yield* settle
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* next).type, "BOOKMARK")
    }).pipe(Effect.provide(inMemory)))
})
