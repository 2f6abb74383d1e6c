/** What the doctor finds in a cluster whose front proxy, APIServices or serving certificate are not as they should be. */
import { assert, describe, layer } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import type * as Finding from "../../src/doctor/Finding.ts"
import * as Authority from "../../src/simulate/Authority.ts"
import * as Cluster from "../../src/simulate/Cluster.ts"
import { askOf, changed, Consulted } from "../fixtures/Consulted.ts"
import { freePort } from "../fixtures/FreePort.ts"
import { base64 } from "../fixtures/TlsApiServer.ts"

const cluster = Cluster.generate({ nodes: 1, podsPerNode: 1, containersPerPod: 1 })

const published = "ConfigMap kube-system/extension-apiserver-authentication"

const summaryOf = (findings: ReadonlyArray<Finding.Finding>) =>
  findings.map(({ severity, subject }) => [severity, subject])

/** Both APIServices demand this of the serving certificate. */
const demanded = (caBundle: string) =>
  Effect.forEach(
    ["v1", "v1beta1"],
    (version) =>
      changed("apiservices", "", `${version}.metrics.k8s.io`, ({ spec, ...others }) => ({
        ...others,
        spec: { ...spec, insecureSkipTLSVerify: false, caBundle: base64(caBundle) }
      })),
    { discard: true }
  )

const both = "APIService v1.metrics.k8s.io, APIService v1beta1.metrics.k8s.io"

layer(Consulted.layer(cluster), { excludeTestServices: true })("in a cluster", (it) => {
  describe("whose front proxy", () => {
    it.effect("is not published, nobody is recognized", () =>
      Effect.gen(function*() {
        yield* changed("configmaps", "kube-system", "extension-apiserver-authentication")
        assert.deepStrictEqual(summaryOf(yield* askOf("server", ["aggregation"])), [["broken", published]])
      }))

    it.effect("is not configured, the flags of the kube-apiserver are named", () =>
      Effect.gen(function*() {
        yield* changed("configmaps", "kube-system", "extension-apiserver-authentication", ({ data }) => ({
          data: { "client-ca-file": data["client-ca-file"] }
        }))
        const [finding] = yield* askOf("server", ["aggregation"])
        assert.deepInclude(finding, { severity: "broken", subject: published })
        assert.include(finding?.remedy, "--proxy-client-cert-file")
      }))

    it.effect("is named by a flag, the cluster is not asked", () =>
      Effect.gen(function*() {
        yield* changed("configmaps", "kube-system", "extension-apiserver-authentication")
        const { files } = yield* Consulted
        const flags = { "requestheader-client-ca-file": [files.kubeletCa] }
        assert.deepStrictEqual(summaryOf(yield* askOf("server", ["aggregation"], flags)), [
          ["ok", `--requestheader-client-ca-file=${files.kubeletCa}`]
        ])
      }))

    it.effect("is named by a flag whose file is not there, the server would not start", () =>
      Effect.gen(function*() {
        const flags = { "requestheader-client-ca-file": ["/nonexistent"], "client-ca-file": ["/nonexistent"] }
        const findings = yield* askOf("server", ["aggregation"], flags)
        assert.deepStrictEqual(summaryOf(findings), [
          ["broken", "--client-ca-file=/nonexistent"],
          ["broken", "--requestheader-client-ca-file=/nonexistent"]
        ])
        assert.include(findings[0]?.remedy, "give a file of PEM certificates")
      }))

    it.effect("is neither named nor looked up, nobody is recognized", () =>
      Effect.gen(function*() {
        const flags = { "authentication-skip-lookup": ["true"] }
        const [finding] = yield* askOf("server", ["aggregation"], flags)
        assert.deepInclude(finding, { severity: "broken", subject: "the front proxy" })
        assert.include(finding?.remedy, "take --authentication-skip-lookup away")
      }))

    it.effect("may not be looked up, it could not be checked", () =>
      Effect.gen(function*() {
        yield* changed("rolebindings", "kube-system", "metrics-server-auth-reader")
        const [finding] = yield* askOf("server", ["aggregation"])
        assert.deepInclude(finding, {
          severity: "unknown",
          subject: published,
          seen: "could not be checked: forbidden"
        })
      }))
  })

  describe("whose APIService", () => {
    it.effect("of v1beta1 is not registered, nobody finds its API", () =>
      Effect.gen(function*() {
        yield* changed("apiservices", "", "v1beta1.metrics.k8s.io")
        assert.deepStrictEqual(summaryOf(yield* askOf("administrator", ["api-services"])), [
          ["ok", "APIService v1.metrics.k8s.io"],
          ["broken", "APIService v1beta1.metrics.k8s.io"]
        ])
        assert.deepStrictEqual(summaryOf(yield* askOf("server", ["api-services"])), [
          ["ok", "/apis/metrics.k8s.io/v1"],
          ["broken", "APIService v1beta1.metrics.k8s.io"],
          ["unknown", "the APIServices"]
        ])
      }))

    it.effect("leads to a Service that is not there, it is not available for that reason", () =>
      Effect.gen(function*() {
        yield* changed("services", "kube-system", "metrics-server")
        const [v1, v1beta1] = yield* askOf("administrator", ["api-services"])
        for (const finding of [v1, v1beta1]) {
          assert.deepInclude(finding, { severity: "broken" })
          assert.match(
            finding?.seen ?? "",
            /service\/metrics-server in "kube-system" is not present \(ServiceNotFound\)$/
          )
        }
        assert.deepStrictEqual(summaryOf(yield* askOf("server", ["api-services"])), [
          ["broken", "/apis/metrics.k8s.io/v1"],
          ["broken", "/apis/metrics.k8s.io/v1beta1"],
          ["unknown", "the APIServices"]
        ])
      }))

    it.effect("is of a version that is switched off, it sends clients to nobody", () =>
      Effect.gen(function*() {
        const flags = { "runtime-config": ["metrics.k8s.io/v1=false"] }
        const findings = yield* askOf("administrator", ["api-services"], flags)
        assert.deepStrictEqual(summaryOf(findings), [
          ["broken", "APIService v1.metrics.k8s.io"],
          ["ok", "APIService v1beta1.metrics.k8s.io"]
        ])
        assert.include(findings[0]?.remedy, "kubectl delete apiservice v1.metrics.k8s.io")
      }))
  })

  describe("whose serving certificate", () => {
    it.effect("is verified by nobody, it is told that way", () =>
      Effect.gen(function*() {
        const [finding] = yield* askOf("administrator", ["serving-certificate"])
        assert.deepInclude(finding, { severity: "ok", subject: both })
        assert.include(finding?.seen, "insecureSkipTLSVerify")
      }))

    it.effect("is its own caBundle, it is well", () =>
      Effect.gen(function*() {
        const { files } = yield* Consulted
        yield* demanded(yield* (yield* FileSystem.FileSystem).readFileString(`${files.certDir}/apiserver.crt`))
        const [finding] = yield* askOf("administrator", ["serving-certificate"])
        assert.deepInclude(finding, { severity: "ok", subject: both })
        assert.include(finding?.seen, "caBundle vouches for it")
      }))

    it.effect("is vouched for by nobody in caBundle, both are named", () =>
      Effect.gen(function*() {
        yield* demanded((yield* Authority.make("some-other-ca")).cert)
        const [finding] = yield* askOf("administrator", ["serving-certificate"])
        assert.deepInclude(finding, { severity: "broken", subject: both })
        assert.match(finding?.seen ?? "", /signed by itself, and nobody in caBundle vouches for it: CN=some-other-ca$/)
      }))

    it.effect("is in files that cannot be used, the server would not start", () =>
      Effect.gen(function*() {
        const { certDir } = (yield* Consulted).files
        const flags = {
          "tls-cert-file": [`${certDir}/apiserver.crt`],
          "tls-private-key-file": ["/nonexistent"],
          "tls-sni-cert-key": [`/nonexistent,${certDir}/apiserver.key`]
        }
        assert.includeDeepMembers(summaryOf(yield* askOf("administrator", ["serving-certificate"], flags)), [
          ["broken", "--tls-private-key-file=/nonexistent"],
          ["broken", "--tls-sni-cert-key=/nonexistent"]
        ])
      }))

    it.effect("cannot be looked at, because the server is elsewhere, it is said how to get there", () =>
      Effect.gen(function*() {
        const port = yield* freePort
        const [finding] = yield* askOf("administrator", ["serving-certificate"], { "secure-port": [`${port}`] })
        assert.deepInclude(finding, { severity: "unknown", subject: `the certificate at 127.0.0.1:${port}` })
        assert.match(finding?.seen ?? "", /^could not be checked: connect ECONNREFUSED/)
        assert.include(finding?.remedy, `port-forward deployment/metrics-server ${port}`)
      }))
  })
})
