/** What follows from an APIService, and from what is answered where it may not be read. */
import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import { Yaml } from "effect/encoding"
import { readFileSync } from "node:fs"
import schema from "../../deploy/chart/values.schema.json" with { type: "json" }
import type { ApiService } from "../../src/doctor/ApiService.ts"
import * as ApiServices from "../../src/doctor/ApiServices.ts"

const service = { namespace: "kube-system", name: "metrics-server", port: 443 }

const registered = (status: string, reason: string, message: string): ApiService => ({
  spec: { service },
  status: { conditions: [{ type: "Available", status, reason, message }] }
})

const available = registered("True", "Passed", "all checks passed")

const judge = (version: "v1" | "v1beta1", isServed: boolean, found?: ApiService) =>
  ApiServices.judge(version, isServed, Option.fromUndefinedOr(found))

describe("an APIService", () => {
  it("that is available is well, and says where it leads to", () => {
    assert.deepStrictEqual(judge("v1", true, available), {
      check: "api-services",
      severity: "ok",
      subject: "APIService v1.metrics.k8s.io",
      seen: "available, at Service kube-system/metrics-server, port 443"
    })
  })

  it("of a version that is neither registered nor served is not missed", () => {
    assert.strictEqual(judge("v1", false).severity, "ok")
  })

  it("of v1beta1 is what clients do not find without it; that of v1 may be away during an upgrade", () => {
    assert.strictEqual(judge("v1beta1", true).severity, "broken")
    assert.strictEqual(judge("v1", true).severity, "warning")
    assert.include(judge("v1", true).remedy, "--runtime-config")
  })

  it.each(["v1", "v1beta1"] as const)(
    "of %s is registered by itself, as all of deploy/base would take the place of what Helm installed",
    (version) => {
      const { remedy = "" } = judge(version, true)
      assert.notInclude(remedy, "apply -k")
      const [, file = ""] = /kubectl apply -f (\S+)/.exec(remedy) ?? []
      const object = Yaml.parse(readFileSync(new URL(`../../${file}`, import.meta.url), "utf8"))
      assert.deepInclude(object, { kind: "APIService", metadata: { name: `${version}.metrics.k8s.io` } })
    }
  )

  it("of each version is a value of the chart", () => {
    const { create, v1 } = schema.properties.apiService.properties
    assert.isDefined(create)
    assert.isDefined(v1.properties.create)
    assert.match(judge("v1beta1", true).remedy ?? "", /\(Helm: apiService\.create=true\)/)
    assert.match(judge("v1", true).remedy ?? "", /\(Helm: apiService\.create=true and apiService\.v1\.create=true\)/)
  })

  it("without ready pods names the labels of both installations", () => {
    const { remedy } = judge("v1", true, registered("False", "MissingEndpoints", "endpoints have no addresses"))
    assert.include(remedy, "-l k8s-app=metrics-server")
    assert.include(remedy, "-l app.kubernetes.io/name=metrics-server")
  })

  it("of a version that is switched off sends clients to nobody", () => {
    const { remedy, severity } = judge("v1", false, available)
    assert.strictEqual(severity, "broken")
    assert.include(remedy, "kubectl delete apiservice v1.metrics.k8s.io")
  })

  it("without a Service is answered for by the kube-apiserver itself", () => {
    const { seen, severity } = judge("v1", true, { ...available, spec: { service: null } })
    assert.strictEqual(severity, "broken")
    assert.include(seen, "leads to no Service")
  })

  it("that was not looked at yet is no reason to worry", () => {
    assert.strictEqual(judge("v1", true, { spec: { service } }).severity, "warning")
  })

  it.each([
    [
      "ServiceNotFound",
      "service/metrics-server in \"kube-system\" is not present",
      /kubectl apply -k deploy\/base.*Helm/
    ],
    ["ServicePortError", "not listening on port 444", /spec\.service\.port/],
    ["EndpointsNotFound", "cannot find endpointslices", /no pod of the Service is ready/],
    ["MissingEndpoints", "endpoints have no addresses", /no pod of the Service is ready/],
    ["FailedDiscoveryCheck", "failing or missing response: dial tcp 10.0.0.9:443: i/o timeout", /firewalls/],
    ["FailedDiscoveryCheck", "tls: failed to verify certificate: x509: unknown authority", /see serving-certificate/],
    ["ServiceAccessError", "cannot be checked due to: something", /log of the kube-apiserver/]
  ])("that is not available for %s (%s) says so, and what to do", (reason, message, remedy) => {
    const finding = judge("v1beta1", true, registered("False", reason, message))
    assert.strictEqual(finding.severity, "broken")
    assert.strictEqual(
      finding.seen,
      `not available at Service kube-system/metrics-server, port 443: ${message} (${reason})`
    )
    assert.match(finding.remedy ?? "", remedy)
  })
})

describe("where the APIService may not be read", () => {
  const severities = (isServed: boolean, status?: number) =>
    ApiServices.judgeFromAfar("v1beta1", isServed, Option.fromUndefinedOr(status)).map(({ severity }) => severity)

  it("its answer counts: given, not there, or nobody behind it", () => {
    assert.deepStrictEqual(severities(true, 200), ["ok"])
    assert.deepStrictEqual(severities(true, 404), ["broken"])
    assert.deepStrictEqual(severities(false, 404), ["ok"])
    assert.deepStrictEqual(severities(true, 503), ["broken"])
    assert.deepStrictEqual(severities(false, 503), ["broken"])
  })

  it("nothing is concluded from any other answer, or none", () => {
    assert.deepStrictEqual(severities(true, 403), [])
    assert.deepStrictEqual(severities(true), [])
  })
})
