import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { MetricsApi } from "../../src/serve/MetricsApi.ts"
import * as Routes from "../../src/serve/Routes.ts"
import { versions } from "../../src/serve/schema/Metrics.ts"
import { cluster, options } from "../fixtures/Asking.ts"
import * as Everyone from "../fixtures/Everyone.ts"
import { http1, http2 } from "../fixtures/HttpsClient.ts"
import { read } from "../fixtures/KubernetesProtobuf.ts"
import * as LoopbackHttps from "../fixtures/LoopbackHttps.ts"

const { port } = LoopbackHttps

const gv = "/apis/metrics.k8s.io/v1beta1"

const served = Routes.layer(options).pipe(
  Layer.provide([MetricsApi.layer({ versions }), Everyone.layer]),
  Layer.provide(cluster),
  Layer.provideMerge(LoopbackHttps.layer)
)

layer(served)("the API over sockets", (it) => {
  it.effect.each(["HTTP/2", "HTTP/1.1"])(
    "%s: JSON and protobuf of the same list",
    (protocol) =>
      Effect.gen(function*() {
        const client = protocol === "HTTP/2" ? http2 : http1
        const question = { port: yield* port, path: "/apis/metrics.k8s.io/v1/pods" }
        const json = yield* client(question)
        assert.strictEqual(json.status, 200)
        assert.strictEqual(json.headers["content-type"], "application/json")
        assert.strictEqual(Number(json.headers["content-length"]), json.body.length)
        const protobuf = yield* client({ ...question, headers: { accept: "application/vnd.kubernetes.protobuf, */*" } })
        assert.strictEqual(protobuf.headers["content-type"], "application/vnd.kubernetes.protobuf")
        assert.deepStrictEqual(read(protobuf.body), JSON.parse(json.body.toString()))
      })
  )

  it.effect("paths are taken as they stand: doubled slashes and dots lead nowhere", () =>
    Effect.gen(function*() {
      const status = (path: string) =>
        Effect.flatMap(port, (port) => http2({ port, path })).pipe(Effect.map((it) => it.status))
      assert.strictEqual(yield* status(`${gv}/nodes`), 200)
      assert.strictEqual(yield* status("/apis//metrics.k8s.io/v1beta1/nodes"), 404)
      assert.strictEqual(yield* status(`${gv}/../v1beta1/nodes`), 404)
      assert.strictEqual(yield* status(`${gv}/namespaces/web%2Fpods`), 200)
    }))

  it.effect("methods that nobody knows are not allowed, and HEAD has no body", () =>
    Effect.gen(function*() {
      const connectx = yield* http2({ port: yield* port, path: `${gv}/nodes`, method: "CONNECTX" })
      assert.strictEqual(connectx.status, 405)
      const head = yield* http2({ port: yield* port, path: `${gv}/nodes`, method: "HEAD" })
      assert.deepStrictEqual([head.status, head.body.length], [405, 0])
    }))
})
