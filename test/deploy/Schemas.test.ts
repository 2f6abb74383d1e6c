/** The check that every manifest passes is one that can fail. */
import { assert, describe, it } from "@effect/vitest"
import { problems } from "../fixtures/KubernetesSchemas.ts"
import * as Manifests from "../fixtures/Manifests.ts"

const deployment = async () => structuredClone(Manifests.find(await Manifests.base(), "Deployment"))

describe("the check by Kubernetes' own schemas", () => {
  it("finds nothing wrong with what is right", async () => {
    assert.deepStrictEqual(problems(await deployment()), [])
  })

  it("finds a field that Kubernetes does not know, however deep", async () => {
    const wrong = await deployment()
    wrong["spec"].template.spec.containers[0].securityContext.runAsNonRott = true
    assert.deepStrictEqual(problems(wrong), [
      "unknown field /spec/template/spec/containers/0/securityContext/runAsNonRott"
    ])
  })

  it("finds a value of another type, and one that is missing", async () => {
    const wrong = await deployment()
    wrong["spec"].replicas = "two"
    assert.match(problems(wrong).join(), /\/spec\/replicas must be integer/)
    const less = await deployment()
    delete less["spec"].selector
    assert.match(problems(less).join(), /selector/)
  })

  it("finds what it has no schema for", async () => {
    assert.deepStrictEqual(problems({ ...await deployment(), kind: "Deploymint" }), [
      "no schema for apps/v1 Deploymint"
    ])
  })

  it("is as strict with resources of others", async () => {
    const [vpa, certificate] = await Promise.all([
      Manifests.base("vertical-autoscaling").then((all) => Manifests.find(all, "VerticalPodAutoscaler")),
      Manifests.base("serving-certificate").then((all) => Manifests.find(all, "Certificate", "metrics-server"))
    ])
    assert.match(problems({ ...vpa, spec: { ...vpa["spec"], mode: "Auto" } }).join(), /mode/)
    const spec = { ...certificate["spec"], issuer: {} }
    assert.deepStrictEqual(problems({ ...certificate, spec }), ["unknown field /spec/issuer"])
  })
})
