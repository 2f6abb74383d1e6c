import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ask, askJson } from "../fixtures/Asking.ts"

const gv = "/apis/metrics.k8s.io/v1beta1"

describe("routes", () => {
  it.effect.each(["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])(
    "%s is not allowed on what is served",
    (method) =>
      Effect.gen(function*() {
        for (const path of ["/apis", "/apis/metrics.k8s.io", gv, `${gv}/nodes`, `${gv}/nodes/node-a`, "/version"]) {
          assert.strictEqual((yield* ask(path, { method })).status, 405)
        }
      })
  )

  it.effect("discovery names both versions, the newer first", () =>
    Effect.gen(function*() {
      const versions = [
        { groupVersion: "metrics.k8s.io/v1", version: "v1" },
        { groupVersion: "metrics.k8s.io/v1beta1", version: "v1beta1" }
      ]
      const group = { name: "metrics.k8s.io", versions, preferredVersion: versions[0] }
      assert.deepStrictEqual(yield* askJson("/apis"), {
        kind: "APIGroupList",
        groups: [{ ...group, serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: ":443" }] }]
      })
      assert.deepStrictEqual(yield* askJson("/apis/metrics.k8s.io"), { kind: "APIGroup", apiVersion: "v1", ...group })
      assert.deepStrictEqual(yield* askJson("/apis/metrics.k8s.io/v1"), {
        kind: "APIResourceList",
        apiVersion: "v1",
        groupVersion: "metrics.k8s.io/v1",
        resources: [
          { name: "nodes", singularName: "", namespaced: false, kind: "NodeMetrics", verbs: ["get", "list"] },
          { name: "pods", singularName: "", namespaced: true, kind: "PodMetrics", verbs: ["get", "list"] }
        ]
      })
    }))

  describe("aggregated discovery", () => {
    const accepting = (type: string, version: string) =>
      `${type};g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`
    const json = accepting("application/json", "v2")

    it.effect("is all of discovery in one answer", () =>
      Effect.gen(function*() {
        const { headers, text } = yield* ask("/apis", { headers: { accept: `${json},application/json` } })
        assert.strictEqual(headers.get("content-type"), json)
        assert.strictEqual(headers.get("cache-control"), "public")
        assert.strictEqual(headers.get("vary"), "Accept")
        const responseKind = (kind: string) => ({ group: "", version: "", kind })
        const verbs = ["get", "list"]
        const resources = [
          {
            resource: "nodes",
            responseKind: responseKind("NodeMetrics"),
            scope: "Cluster",
            singularResource: "",
            verbs
          },
          {
            resource: "pods",
            responseKind: responseKind("PodMetrics"),
            scope: "Namespaced",
            singularResource: "",
            verbs
          }
        ]
        assert.deepStrictEqual(JSON.parse(text), {
          kind: "APIGroupDiscoveryList",
          apiVersion: "apidiscovery.k8s.io/v2",
          metadata: {},
          items: [{
            metadata: { name: "metrics.k8s.io" },
            versions: ["v1", "v1beta1"].map((version) => ({ version, resources, freshness: "Current" }))
          }]
        })
      }))

    it.effect("is not sent again to who has it, whatever its form", () =>
      Effect.gen(function*() {
        const { headers } = yield* ask("/apis", { headers: { accept: json } })
        const etag = headers.get("etag") ?? ""
        assert.match(etag, /^"[0-9A-F]{128}"$/)
        const protobuf = accepting("application/vnd.kubernetes.protobuf", "v2")
        const again = yield* ask("/apis", { headers: { accept: protobuf, "if-none-match": etag } })
        assert.strictEqual(again.status, 304)
        assert.strictEqual(again.text, "")
        assert.strictEqual(again.headers.get("etag"), etag)
        const other = yield* ask("/apis", { headers: { accept: protobuf, "if-none-match": "\"x\"" } })
        assert.strictEqual(other.status, 200)
        assert.strictEqual(other.headers.get("content-type"), protobuf)
        assert.strictEqual(other.headers.get("etag"), etag)
      }))

    it.effect("is not known by its older version, nor elsewhere", () =>
      Effect.gen(function*() {
        const older = accepting("application/json", "v2beta1")
        assert.strictEqual((yield* ask("/apis", { headers: { accept: older } })).status, 406)
        assert.strictEqual((yield* askJson("/apis", { headers: { accept: `${older},*/*` } })).kind, "APIGroupList")
        assert.strictEqual((yield* ask("/apis/metrics.k8s.io", { headers: { accept: json } })).status, 406)
      }))
  })

  it.effect("who asks for an unknown path is shown what there is", () =>
    Effect.gen(function*() {
      const { status, text } = yield* ask("/nope")
      assert.strictEqual(status, 404)
      assert.deepStrictEqual(JSON.parse(text).paths, [
        "/apis",
        "/apis/metrics.k8s.io",
        "/apis/metrics.k8s.io/v1",
        "/apis/metrics.k8s.io/v1beta1",
        "/broken",
        "/broken/at-once",
        "/livez",
        "/openapi/v2",
        "/openapi/v3",
        "/openapi/v3/",
        "/version"
      ])
      assert.strictEqual((yield* ask("/")).status, 200)
      assert.strictEqual((yield* ask("/apis/example.com")).text, text)
    }))

  it.effect("/version and what others answer", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* askJson("/version"), { major: "1", minor: "2", gitVersion: "v1.2.3" })
      const { headers, text } = yield* ask("/livez", { method: "POST" })
      assert.strictEqual(text, "ok")
      assert.strictEqual(headers.get("content-type"), "text/plain; charset=utf-8")
      assert.strictEqual(headers.get("x-content-type-options"), "nosniff")
    }))

  it.effect("a defect is a Status that tells nothing of our inside", () =>
    Effect.gen(function*() {
      for (const path of ["/broken", "/broken/at-once"]) {
        const { status, text } = yield* ask(path)
        assert.strictEqual(status, 500)
        assert.strictEqual(JSON.parse(text).reason, "InternalError")
        assert.notInclude(text, "a defect")
      }
    }))

  describe("forms", () => {
    const accepting = (accept: string) => ({ headers: { accept } })

    it.effect("people get indented JSON, without a newline at its end", () =>
      Effect.gen(function*() {
        const { text } = yield* ask(`${gv}/nodes/x`, { headers: { "user-agent": "curl/8.5.0" } })
        assert.match(text, /^\{\n {2}"kind": "Status",\n[^]*\n\}$/)
      }))

    it.effect("a failure is told in JSON to those who take no form of it, and an unknown form is 406", () =>
      Effect.gen(function*() {
        const refused = yield* ask(`${gv}/nodes/x`, accepting("text/html"))
        assert.strictEqual(refused.status, 406)
        assert.match(refused.text, /^\{\n {2}"kind": "Status",[^]*406: Not Acceptable\\n\\nAvailable representations: /)
        const halfRefused = yield* ask(`${gv}/nodes/x`, accepting("application/*"))
        assert.strictEqual(halfRefused.status, 406)
        assert.match(halfRefused.text, /^\{"kind":"Status",/)
      }))
  })
})
