/** What follows from whom the cluster says to believe. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Aggregation from "../../src/doctor/Aggregation.ts"
import { issue } from "../fixtures/Certificates.ts"

const now = Date.UTC(2026, 10, 25)

const judge = (data?: Readonly<Record<string, string>>) =>
  Aggregation.judge({
    metadata: { namespace: "kube-system", name: "extension-apiserver-authentication" },
    ...data && { data }
  }, now)

const names = JSON.stringify(["front-proxy-client"])

describe("the ConfigMap of the kube-apiserver", () => {
  it.effect("that names the front proxy and its authority is well", () =>
    Effect.gen(function*() {
      const { cert } = yield* issue({ cn: "front-proxy-ca", ca: true })
      const { seen, severity } = judge({
        "requestheader-client-ca-file": cert,
        "requestheader-allowed-names": names
      })
      assert.strictEqual(severity, "ok")
      assert.strictEqual(seen, "the front proxy may have front-proxy-client, signed by CN=front-proxy-ca")
    }))

  it.effect("without an authority says that the aggregation layer is not configured", () =>
    Effect.gen(function*() {
      const { cert } = yield* issue({ cn: "kubernetes", ca: true })
      for (const data of [{ "client-ca-file": cert }, undefined]) {
        const { remedy, severity } = judge(data)
        assert.strictEqual(severity, "broken")
        assert.include(remedy, "--requestheader-client-ca-file")
      }
    }))

  it("that is malformed cannot be used, and says where", () => {
    const { seen, severity } = judge({ "requestheader-client-ca-file": "hello" })
    assert.strictEqual(severity, "broken")
    assert.match(seen, /cannot be used: .*PEM certificates.*requestheader-client-ca-file/s)
  })

  it.effect("whose authority has expired lets nobody in", () =>
    Effect.gen(function*() {
      const spent = yield* issue({ cn: "front-proxy-ca", ca: true, notAfter: new Date(now - 1000) })
      const data = { "requestheader-client-ca-file": spent.cert, "requestheader-allowed-names": names }
      const { seen, severity } = judge(data)
      assert.strictEqual(severity, "broken")
      assert.include(seen, "it expired at 2026-11-24T23:59:59.000Z")
      const { cert } = yield* issue({ cn: "front-proxy-ca", ca: true })
      assert.strictEqual(judge({ ...data, "requestheader-client-ca-file": spent.cert + cert }).severity, "ok")
    }))

  it.effect("that takes every client for the front proxy is a danger", () =>
    Effect.gen(function*() {
      const { cert } = yield* issue({ cn: "kubernetes", ca: true })
      const data = { "requestheader-client-ca-file": cert, "client-ca-file": cert }
      assert.strictEqual(judge(data).severity, "warning")
      assert.include(judge(data).seen, "any client can pass for any user")
      assert.strictEqual(judge({ ...data, "requestheader-allowed-names": names }).severity, "ok")
      const other = yield* issue({ cn: "front-proxy-ca", ca: true })
      assert.include(judge({ ...data, "requestheader-client-ca-file": other.cert }).seen, "may have any name")
    }))
})
