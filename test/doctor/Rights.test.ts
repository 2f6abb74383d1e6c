/** What follows from what the server may do. */
import { assert, describe, it } from "@effect/vitest"
import * as Rights from "../../src/doctor/Rights.ts"
import * as Manifests from "../fixtures/Manifests.ts"

const all = [...Rights.own, ...Rights.authentication, ...Rights.authorization, ...Rights.lookup]

const judge = (isAllowed: (rule: string) => boolean) =>
  Rights.judge(all.map((right) => ({ right, allowed: isAllowed(right.rule) })), "somebody")

describe("the rights of the server", () => {
  it("are told by what gives them", () => {
    assert.deepStrictEqual(judge(() => true).map(({ seen, severity, subject }) => [severity, subject, seen]), [
      [
        "ok",
        "ClusterRole system:metrics-server and its ClusterRoleBinding",
        "somebody may list nodes, watch nodes, list pods, watch pods, get nodes/metrics"
      ],
      [
        "ok",
        "ClusterRoleBinding metrics-server:system:auth-delegator",
        "somebody may create tokenreviews.authentication.k8s.io, create subjectaccessreviews.authorization.k8s.io"
      ],
      [
        "ok",
        "RoleBinding metrics-server-auth-reader of kube-system",
        "somebody may list configmaps/extension-apiserver-authentication in kube-system, " +
        "watch configmaps/extension-apiserver-authentication in kube-system"
      ]
    ])
  })

  it.each(all.map(({ object, rule }) => [rule, object] as const))("name what is missing: %s", (missing, object) => {
    const broken = judge((rule) => rule !== missing).filter(({ severity }) => severity === "broken")
    assert.deepStrictEqual(broken.map(({ seen, subject }) => [subject, seen]), [[
      object,
      `somebody may not ${missing}`
    ]])
    assert.include(broken[0]?.remedy, "deploy/base")
  })

  it("are those that deploy/base gives, by the objects that it has", async () => {
    const manifests = await Manifests.base()
    const has = (kind: string, name: string) => manifests.some((it) => it.kind === kind && it.metadata.name === name)
    const objects = new Set(all.map(({ object }) => object))
    for (const object of objects) {
      const [, kind = "", name = ""] = /^(\w+) (\S+)/.exec(object) ?? []
      assert.isTrue(has(kind, name), object)
    }
    const role = manifests.find((it) => it.kind === "ClusterRole" && it.metadata.name === "system:metrics-server")
    const given: ReadonlyArray<Given> = role?.["rules"]
    assert.sameMembers(
      Rights.own.map(({ rule }) => rule),
      given.flatMap(({ resources, verbs }) => resources.flatMap((it) => verbs.map((verb) => `${verb} ${it}`)))
    )
  })
})

interface Given {
  readonly resources: ReadonlyArray<string>
  readonly verbs: ReadonlyArray<string>
}
