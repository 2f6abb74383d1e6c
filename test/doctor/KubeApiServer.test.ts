/** What follows from what the kube-apiserver answers, or does not. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { HttpClient, HttpClientError } from "effect/http"
import * as KubeApiServer from "../../src/doctor/KubeApiServer.ts"
import { Kube, KubeError } from "../../src/kube/Kube.ts"
import * as TlsApiServer from "../fixtures/TlsApiServer.ts"
import { kubeOf } from "../fixtures/TlsApiServer.ts"

const judge = (status: number, body = "") => KubeApiServer.judge(status, body, "https://10.0.0.1:6443", "kubeconfig /a")

describe("a kube-apiserver that", () => {
  it("says its version is well", () => {
    assert.deepStrictEqual(judge(200, JSON.stringify({ gitVersion: "v1.36.2", major: "1" })), {
      check: "kube-apiserver",
      severity: "ok",
      subject: "https://10.0.0.1:6443",
      seen: "version v1.36.2"
    })
  })

  it("keeps its version to itself is one all the same", () => {
    assert.strictEqual(judge(403).severity, "ok")
  })

  it("says something else is none", () => {
    const { seen, severity } = judge(200, "<!doctype html>")
    assert.strictEqual(severity, "broken")
    assert.include(seen, "no kube-apiserver")
  })

  it("does not know us has to be shown other credentials", () => {
    const { remedy, seen, severity } = judge(401)
    assert.strictEqual(severity, "broken")
    assert.include(seen, "does not accept our credentials")
    assert.strictEqual(remedy, "check the token or the client certificate of kubeconfig /a")
  })

  it("is in trouble says so", () => {
    assert.include(judge(503).seen, "HTTP status 503")
    assert.strictEqual(judge(503).severity, "broken")
  })
})

const examine = (kube: Kube["Service"]) =>
  Effect.provide(KubeApiServer.check("kubeconfig /a"), Layer.succeed(Kube, kube))

describe("without a kube-apiserver it is told why, when", () => {
  it.effect("nobody listens", () =>
    Effect.gen(function*() {
      const { kube } = yield* kubeOf({ server: "https://127.0.0.1:1" }, { token: "t" })
      assert.deepStrictEqual(yield* examine(kube), {
        check: "kube-apiserver",
        severity: "broken",
        subject: "https://127.0.0.1:1",
        seen: "connect ECONNREFUSED 127.0.0.1:1",
        remedy:
          "check that it runs, that this is its address (from kubeconfig /a), and that nothing on the way blocks it"
      })
    }).pipe(Effect.provide(NodeServices.layer)))

  it.effect("its name leads nowhere", () =>
    Effect.gen(function*() {
      const { kube } = yield* kubeOf({ server: "https://no-such-host.invalid" }, { token: "t" })
      const { remedy, seen } = yield* examine(kube)
      assert.match(seen, /no-such-host\.invalid/)
      assert.include(remedy, "this is its address (from kubeconfig /a)")
    }).pipe(Effect.provide(NodeServices.layer)))

  it.effect("its certificate is of another authority", () =>
    Effect.gen(function*() {
      const [theirs, ours] = yield* Effect.all([TlsApiServer.make(), TlsApiServer.make()])
      const { kube } = yield* kubeOf({ ...ours.entry, server: theirs.server }, { token: "t" })
      const { remedy, severity, subject } = yield* examine(kube)
      assert.strictEqual(severity, "broken")
      assert.strictEqual(subject, theirs.server)
      assert.include(remedy, "not signed by the certificate-authority of kubeconfig /a")
    }).pipe(Effect.provide(NodeServices.layer)))

  it.effect("the way to it cannot be read any more", () =>
    Effect.gen(function*() {
      const cause = new KubeError({
        source: "kubeconfig /a",
        problems: ["no user", "no cluster"],
        advice: "correct it"
      })
      const http = HttpClient.make((request) =>
        Effect.fail(
          new HttpClientError.HttpClientError({
            reason: new HttpClientError.TransportError({ request, cause, description: cause.message })
          })
        )
      )
      assert.deepStrictEqual(yield* Effect.provide(KubeApiServer.check("kubeconfig /a"), Kube.layerHttp(http)), {
        check: "kube-apiserver",
        severity: "broken",
        subject: "kubeconfig /a",
        seen: "no user; no cluster",
        remedy: "correct it"
      })
    }))
})
