/** Until when the certificates are valid that this server shows as a client. */
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Layer, Metric, Option } from "effect"
import { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import { Kube } from "../../src/kube/Kube.ts"
import * as CertificateMetrics from "../../src/observe/CertificateMetrics.ts"
import * as Certificates from "../fixtures/Certificates.ts"
import { inRegistry } from "../fixtures/Registry.ts"

const validUntil = (year: number) =>
  Effect.map(Certificates.issue({ cn: "it", notAfter: new Date(Date.UTC(year, 0)) }), ({ cert }) => cert)

/** What is told of each, in years. */
const told = Effect.map(Metric.snapshot, (snapshots) =>
  snapshots.map(({ attributes, state }) => [
    attributes?.["certificate"],
    "value" in state ? new Date(Number(state.value) * 1000).getUTCFullYear() : undefined
  ]))

it.effect("is told of our client certificates, and of the kubelets' own where a flag names it, as they are replaced", () =>
  Effect.gen(function*() {
    const shown = { kube: yield* validUntil(2030), kubelets: yield* validUntil(2031) }
    const none = Option.none<string>()
    const credentials = Effect.sync(() => ({ authorization: none, ca: none, cert: Option.some(shown.kube), key: none }))
    const edges = Layer.merge(
      Layer.succeed(Kube, { http: HttpClient.make(() => Effect.never), credentials }),
      FileSystem.layerNoop({ readFileString: () => Effect.sync(() => shown.kubelets) })
    )
    const start = (clientCertificate: Option.Option<string>) =>
      Effect.andThen(
        Layer.build(Layer.provide(CertificateMetrics.layer({ clientCertificate }), edges)),
        TestClock.adjust(0)
      )
    yield* inRegistry(Effect.gen(function*() {
      yield* start(Option.none())
      assert.deepStrictEqual(yield* told, [["kube-apiserver-client", 2030], ["kubelet-client", 2030]])
    }))
    yield* inRegistry(Effect.gen(function*() {
      yield* start(Option.some("/client.crt"))
      assert.deepStrictEqual(yield* told, [["kube-apiserver-client", 2030], ["kubelet-client", 2031]])
      shown.kube = yield* validUntil(2032)
      shown.kubelets = yield* validUntil(2033)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* told, [["kube-apiserver-client", 2032], ["kubelet-client", 2033]])
    }))
  }))
