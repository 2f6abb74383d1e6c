/** deploy/base with every component and overlay, rendered by the real kubectl. */
import { assert, describe, it } from "@effect/vitest"
import packageJson from "../../package.json" with { type: "json" }
import { problems } from "../fixtures/KubernetesSchemas.ts"
import * as Manifests from "../fixtures/Manifests.ts"

const base = await Manifests.base()

const podOf = (manifests: ReadonlyArray<Manifests.Manifest>) =>
  Manifests.find(manifests, "Deployment")["spec"].template.spec

const ids = (manifests: ReadonlyArray<Manifests.Manifest>) => manifests.map(Manifests.idOf)

const added = (manifests: ReadonlyArray<Manifests.Manifest>) => ids(manifests).filter((id) => !ids(base).includes(id))

const argsAdded = (manifests: ReadonlyArray<Manifests.Manifest>) =>
  (podOf(manifests).containers[0].args as Array<string>).filter((arg) => !podOf(base).containers[0].args.includes(arg))

describe("deploy/base", () => {
  it("has the objects of the original, and v1 besides v1beta1", () => {
    assert.sameMembers(ids(base), [
      "v1/ServiceAccount/kube-system/metrics-server",
      "v1/Service/kube-system/metrics-server",
      "apps/v1/Deployment/kube-system/metrics-server",
      "rbac.authorization.k8s.io/v1/ClusterRole/system:metrics-server",
      "rbac.authorization.k8s.io/v1/ClusterRole/system:aggregated-metrics-reader",
      "rbac.authorization.k8s.io/v1/ClusterRoleBinding/system:metrics-server",
      "rbac.authorization.k8s.io/v1/ClusterRoleBinding/metrics-server:system:auth-delegator",
      "rbac.authorization.k8s.io/v1/RoleBinding/kube-system/metrics-server-auth-reader",
      "apiregistration.k8s.io/v1/APIService/v1.metrics.k8s.io",
      "apiregistration.k8s.io/v1/APIService/v1beta1.metrics.k8s.io"
    ])
  })

  it("selects pods as the original does, so that it replaces it in place", () => {
    const labels = { "k8s-app": "metrics-server" }
    const { spec } = Manifests.find(base, "Deployment")
    assert.deepStrictEqual(spec.selector, { matchLabels: labels })
    assert.deepStrictEqual(spec.template.metadata.labels, labels)
    assert.deepStrictEqual(Manifests.find(base, "Service")["spec"].selector, labels)
    for (const object of base) assert.strictEqual(object.metadata.labels?.["k8s-app"], "metrics-server")
  })

  it("runs the image of this version", () => {
    assert.strictEqual(
      podOf(base).containers[0].image,
      `ghcr.io/metrics-server-effect/metrics-server:${packageJson.version}`
    )
  })

  it("gives the container nothing that it does not need", () => {
    const [container] = podOf(base).containers
    assert.deepStrictEqual(container.securityContext, {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: "RuntimeDefault" }
    })
    assert.deepStrictEqual(podOf(base).volumes, [{ name: "tmp-dir", emptyDir: {} }])
    assert.strictEqual(podOf(base).priorityClassName, "system-cluster-critical")
  })

  it("lets clients prefer v1", () => {
    const priority = (name: string) => Manifests.find(base, "APIService", name)["spec"].versionPriority
    assert.isAbove(priority("v1.metrics.k8s.io"), priority("v1beta1.metrics.k8s.io"))
  })
})

/** What each component changes. */
const changes: Record<string, (manifests: ReadonlyArray<Manifests.Manifest>) => void> = {
  "high-availability": (manifests) => {
    assert.deepStrictEqual(added(manifests), ["policy/v1/PodDisruptionBudget/kube-system/metrics-server"])
    const { spec } = Manifests.find(manifests, "Deployment")
    assert.strictEqual(spec.replicas, 2)
    const [term] = podOf(manifests).affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution
    const { matchLabels } = spec.selector
    assert.deepStrictEqual(term, { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels } })
    assert.deepStrictEqual(podOf(manifests).topologySpreadConstraints[0].labelSelector, { matchLabels })
    const budget = Manifests.find(manifests, "PodDisruptionBudget")["spec"]
    // Nothing that Kubernetes 1.25 does not know, such as unhealthyPodEvictionPolicy.
    assert.deepStrictEqual(budget, { minAvailable: 1, selector: { matchLabels } })
  },
  "host-network": (manifests) => {
    const { containers, dnsPolicy, hostNetwork } = podOf(manifests)
    assert.deepStrictEqual([hostNetwork, dnsPolicy], [true, "ClusterFirstWithHostNet"])
    assert.deepStrictEqual(containers[0].ports, [{ name: "https", containerPort: 4443, protocol: "TCP" }])
    assert.deepStrictEqual(argsAdded(manifests), ["--secure-port=4443"])
    assert.notInclude(containers[0].args, "--secure-port=10250")
    assert.deepStrictEqual(Manifests.find(manifests, "Deployment")["spec"].strategy, {
      rollingUpdate: { maxUnavailable: 1 }
    })
  },
  "kubelet-insecure-tls": (manifests) => assert.deepStrictEqual(argsAdded(manifests), ["--kubelet-insecure-tls"]),
  "network-policy": (manifests) => {
    const { spec } = Manifests.find(manifests, "NetworkPolicy")
    assert.deepStrictEqual(spec.podSelector, Manifests.find(manifests, "Deployment")["spec"].selector)
    assert.deepStrictEqual(spec.policyTypes, ["Ingress", "Egress"])
    assert.deepStrictEqual(spec.ingress, [{ ports: [{ port: "https", protocol: "TCP" }] }])
  },
  "service-monitor": (manifests) => {
    assert.deepStrictEqual(added(manifests), [
      "rbac.authorization.k8s.io/v1/ClusterRole/system:metrics-server-metrics-reader",
      "monitoring.coreos.com/v1/ServiceMonitor/kube-system/metrics-server"
    ])
    const { spec } = Manifests.find(manifests, "ServiceMonitor")
    const service = Manifests.find(manifests, "Service")
    assert.deepStrictEqual(spec.selector.matchLabels, service.metadata.labels)
    assert.deepStrictEqual(spec.endpoints[0].port, service["spec"].ports[0].name)
  },
  "serving-certificate": (manifests) => {
    const certificate = Manifests.find(manifests, "Certificate", "metrics-server")
    const { containers, volumes } = podOf(manifests)
    const mount = containers[0].volumeMounts.find(({ name }: { name: string }) => name === "certs")
    assert.deepInclude(volumes, { name: "certs", secret: { secretName: certificate["spec"].secretName } })
    assert.deepStrictEqual(argsAdded(manifests), [
      `--tls-cert-file=${mount.mountPath}/tls.crt`,
      `--tls-private-key-file=${mount.mountPath}/tls.key`
    ])
    for (const { metadata, spec } of manifests.filter(({ kind }) => kind === "APIService")) {
      assert.notProperty(spec, "insecureSkipTLSVerify")
      assert.deepStrictEqual(metadata.annotations, { "cert-manager.io/inject-ca-from": "kube-system/metrics-server" })
      assert.include(certificate["spec"].dnsNames, `${spec.service.name}.${spec.service.namespace}.svc`)
    }
  },
  "vertical-autoscaling": (manifests) => {
    const { spec } = Manifests.find(manifests, "VerticalPodAutoscaler")
    assert.strictEqual(spec.targetRef.name, Manifests.find(manifests, "Deployment").metadata.name)
    assert.strictEqual(spec.resourcePolicy.containerPolicies[0].containerName, podOf(manifests).containers[0].name)
  },
  "without-v1": (manifests) =>
    assert.deepStrictEqual(ids(manifests), ids(base).filter((id) => !id.endsWith("/v1.metrics.k8s.io")))
}

describe("the components", () => {
  it("are all tried here", () => assert.sameMembers(Manifests.components, Object.keys(changes)))

  it.concurrent.each(Object.entries(changes))("%s changes what its name says", async (name, check) => {
    const manifests = await Manifests.base(name)
    assert.notDeepEqual(manifests, base)
    check(manifests)
  })

  it.concurrent.each([[], ...Manifests.components.map((name) => [name]), Manifests.components])(
    "render to what Kubernetes' own schemas allow: %s",
    async (...names) => {
      for (const manifest of await Manifests.base(...names)) {
        assert.deepStrictEqual(problems(manifest), [], Manifests.idOf(manifest))
      }
    }
  )
})

describe("the overlays", () => {
  it.concurrent.each(Manifests.overlays)("%s renders to what Kubernetes' own schemas allow", async (name) => {
    const manifests = await Manifests.kustomize(`overlays/${name}`)
    for (const manifest of manifests) assert.deepStrictEqual(problems(manifest), [], Manifests.idOf(manifest))
    const registered = name === "without-v1" ? ids(await Manifests.base("without-v1")) : ids(base)
    assert.includeMembers(ids(manifests), registered)
  })
})
