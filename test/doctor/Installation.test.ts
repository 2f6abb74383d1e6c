/** What the doctor finds in a cluster whose kube-apiserver, or roles are not as they should be. */
import { assert, describe, layer } from "@effect/vitest"
import { Effect, FileSystem, Option } from "effect"
import * as Finding from "../../src/doctor/Finding.ts"
import { ApiFault } from "../../src/simulate/ApiFault.ts"
import { ApiFaults } from "../../src/simulate/ApiFaults.ts"
import { ApiListener } from "../../src/simulate/ApiListener.ts"
import * as Cluster from "../../src/simulate/Cluster.ts"
import type { Resource } from "../../src/simulate/Resources.ts"
import { ask, askOf, changed, Consulted } from "../fixtures/Consulted.ts"

const cluster = Cluster.generate({ nodes: 2, podsPerNode: 2, containersPerPod: 1 })

const role = "ClusterRole system:metrics-server and its ClusterRoleBinding"
const delegator = "ClusterRoleBinding metrics-server:system:auth-delegator"
const reader = "RoleBinding metrics-server-auth-reader of kube-system"

layer(Consulted.layer(cluster), { excludeTestServices: true })("in a cluster", (it) => {
  it.effect("where all is well an administrator learns that, of every check", () =>
    Effect.gen(function*() {
      const findings = yield* ask("administrator", Finding.checks)
      assert.deepStrictEqual(findings.filter(({ severity }) => severity !== "ok"), [])
      assert.deepStrictEqual([...new Set(findings.map(({ check }) => check))], [...Finding.checks])
    }))

  it.effect("the server itself learns the same, but for what it may not see", () =>
    Effect.gen(function*() {
      const findings = yield* ask("server", Finding.checks)
      assert.deepStrictEqual(
        findings.filter(({ severity }) => severity !== "ok"),
        (["api-services", "serving-certificate"] as const).map((check) => ({
          check,
          severity: "unknown" as const,
          subject: "the APIServices",
          seen: "could not be checked: forbidden",
          remedy: "run it with a kubeconfig of an administrator (--kubeconfig)"
        }))
      )
      assert.deepInclude(findings, {
        check: "api-services",
        severity: "ok",
        subject: "/apis/metrics.k8s.io/v1beta1",
        seen: "answered through the kube-apiserver"
      })
    }))

  describe("whose kube-apiserver", () => {
    it.effect("is away, nothing else can be checked", () =>
      Effect.gen(function*() {
        const { comeBack, leave, url } = yield* ApiListener
        yield* Effect.acquireRelease(leave, () => Effect.orDie(comeBack))
        const [api, ...others] = yield* ask("server", Finding.checks)
        assert.deepInclude(api, { check: "kube-apiserver", severity: "broken", subject: url })
        assert.match(api?.seen ?? "", /^connect ECONNREFUSED /)
        assert.deepStrictEqual(others.map(({ check }) => check), Finding.checks.slice(1))
        for (const { seen, severity } of others) {
          assert.deepStrictEqual(
            [severity, seen],
            ["unknown", "could not be checked: there is no way to the kube-apiserver"]
          )
        }
      }))

    it.effect("does not know us, we need other credentials", () =>
      Effect.gen(function*() {
        const { files } = yield* Consulted
        const fs = yield* FileSystem.FileSystem
        const stranger = `${files.path}/stranger.kubeconfig`
        const known = yield* fs.readFileString(files.metricsServerKubeconfig)
        yield* fs.writeFileString(stranger, known.replace(/token: .*/, "token: unheard-of"))
        const [api] = yield* ask("server", ["kube-apiserver"], { kubeconfig: [stranger] })
        assert.deepInclude(api, {
          severity: "broken",
          remedy: `check the token or the client certificate of kubeconfig ${stranger}`
        })
      }))

    it.effect("cannot be found, because there is no kubeconfig, it is told where it was looked for", () =>
      Effect.gen(function*() {
        const [api] = yield* ask("server", Finding.checks, { kubeconfig: ["/no/such/file"] })
        assert.deepInclude(api, { severity: "broken", subject: "kubeconfig /no/such/file" })
        assert.include(api?.remedy, "--kubeconfig")
      }))

    it.effect("refuses to answer for an API, that alone is not known", () =>
      Effect.gen(function*() {
        const { set } = yield* ApiFaults
        yield* Effect.acquireRelease(
          set("selfsubjectaccessreviews.authorization.k8s.io", Option.some(ApiFault.Status({ status: 403 }))),
          () => set("selfsubjectaccessreviews.authorization.k8s.io", Option.none())
        )
        const findings = yield* askOf("server", ["rights", "aggregation"])
        assert.deepStrictEqual(findings.map(({ check, severity }) => [check, severity]), [
          ["rights", "unknown"],
          ["aggregation", "ok"]
        ])
        assert.match(
          findings[0]?.seen ?? "",
          /^could not be checked: the kube-apiserver answered no SelfSubjectAccessR/
        )
        assert.include(findings[0]?.remedy, "ClusterRole system:basic-user")
      }))
  })

  describe("without", () => {
    const gone: ReadonlyArray<readonly [Resource, string, string, string, RegExp]> = [
      [
        "clusterroles",
        "",
        "system:metrics-server",
        role,
        /list nodes, watch nodes, list pods, watch pods, get nodes\/m/
      ],
      [
        "clusterrolebindings",
        "",
        "system:metrics-server",
        role,
        /list nodes, watch nodes, list pods, watch pods, get no/
      ],
      [
        "clusterrolebindings",
        "",
        "metrics-server:system:auth-delegator",
        delegator,
        /create tokenreviews.*, create subj/
      ],
      [
        "rolebindings",
        "kube-system",
        "metrics-server-auth-reader",
        reader,
        /list configmaps.*, watch configmaps.*kube-sy/
      ]
    ]
    for (const [resource, namespace, name, object, rules] of gone) {
      it.effect.each(["server", "administrator"] as const)(
        `${resource}/${name} it is told to the %s`,
        (who) =>
          Effect.gen(function*() {
            yield* changed(resource, namespace, name)
            const broken = (yield* ask(who, ["rights"])).filter(({ severity }) => severity === "broken")
            assert.deepStrictEqual(broken.map(({ subject }) => subject), [object])
            assert.match(broken[0]?.seen ?? "", rules)
            const accounts = {
              server: `the user of kubeconfig ${(yield* Consulted).files.metricsServerKubeconfig}`,
              administrator: "system:serviceaccount:kube-system:metrics-server"
            }
            assert.isTrue(broken[0]?.seen.startsWith(`${accounts[who]} may not `))
            assert.include(broken[0]?.remedy, "apply -f deploy/base/rbac.yaml (Helm: rbac.create=true)")
          })
      )
    }

    it.effect("rights of its own it is well where reviews have a kubeconfig of their own", () =>
      Effect.gen(function*() {
        yield* changed("clusterrolebindings", "", "metrics-server:system:auth-delegator")
        yield* changed("rolebindings", "kube-system", "metrics-server-auth-reader")
        const { kubeconfig } = (yield* Consulted).files
        const flags = { "authentication-kubeconfig": [kubeconfig], "authorization-kubeconfig": [kubeconfig] }
        const findings = yield* askOf("server", ["rights", "aggregation"], flags)
        assert.deepStrictEqual(findings.map(({ severity }) => severity), ["ok", "ok", "ok", "ok"])
        assert.include(findings[1]?.seen, `the user of kubeconfig ${kubeconfig} may create tokenreviews`)
      }))

    it.effect("a kubeconfig that a flag names, that is told once", () =>
      Effect.gen(function*() {
        const findings = yield* askOf("server", ["rights"], { "authorization-kubeconfig": ["/no/such/file"] })
        assert.deepStrictEqual(findings.map(({ severity, subject }) => [severity, subject]), [
          ["ok", role],
          ["ok", delegator],
          ["ok", reader],
          ["broken", "kubeconfig /no/such/file"]
        ])
      }))

    it.effect("the right to list nodes and pods, what needs them could not be checked, and is listed as that", () =>
      Effect.gen(function*() {
        yield* changed("clusterroles", "", "system:metrics-server")
        const findings = yield* askOf("server", ["kubelets", "readings", "pods"])
        assert.deepStrictEqual(
          findings.map(({ check, seen, severity, subject }) => [check, severity, subject, seen]),
          (["kubelets", "readings", "pods"] as const).map((
            check
          ) => [check, "unknown", "nodes", "could not be checked: forbidden"])
        )
      }))
  })
})
