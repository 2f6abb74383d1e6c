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
        "/livez",
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
      const { status, text } = yield* ask("/broken")
      assert.strictEqual(status, 500)
      assert.strictEqual(JSON.parse(text).reason, "InternalError")
      assert.notInclude(text, "a defect")
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
        const table = yield* askJson(`${gv}/nodes`, accepting("application/json;as=Table;v=v1;g=meta.k8s.io"))
        assert.match(table.message, /^only the following media types are accepted: application\/json/)
        assert.notProperty(table, "details")
      }))
  })
})
