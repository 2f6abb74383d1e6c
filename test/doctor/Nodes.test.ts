/** What the doctor finds in a cluster whose kubelets are not as they should be, over real sockets and TLS. */
import { assert, describe, layer } from "@effect/vitest"
import { Effect, Option } from "effect"
import * as Cluster from "../../src/simulate/Cluster.ts"
import { ClusterState } from "../../src/simulate/ClusterState.ts"
import { Fault } from "../../src/simulate/Fault.ts"
import { KubeletFleet } from "../../src/simulate/KubeletFleet.ts"
import * as Objects from "../../src/simulate/Objects.ts"
import { ObjectStore } from "../../src/simulate/ObjectStore.ts"
import { askOf, Consulted } from "../fixtures/Consulted.ts"

const generated = Cluster.generate({ nodes: 3, podsPerNode: 2, containersPerPod: 1 })

/** One of them has the name that a wrong certificate is for. */
const renamed = "elsewhere.example"
const [, second, third] = generated.nodes.map(({ name }) => name)
const rename = (name: string) => name === second ? renamed : name
const cluster: Cluster.Cluster = {
  nodes: generated.nodes.map((node) => ({ ...node, name: rename(node.name) })),
  pods: generated.pods.map((pod) => ({ ...pod, nodeName: rename(pod.nodeName) }))
}
const [first] = cluster.nodes.map(({ name }) => name) as [string]

/** As long as the test lasts. */
const failing = Effect.fnUntraced(function*(node: string, fault: Fault) {
  const { setFault } = yield* KubeletFleet
  yield* Effect.acquireRelease(
    setFault(node, Option.some(fault)),
    () => Effect.orDie(setFault(node, Option.none()))
  )
})

const kubelets = (flags: Parameters<typeof askOf>[2] = {}) => askOf("server", ["kubelets"], flags)

const others = {
  check: "kubelets",
  severity: "ok",
  subject: "2 of 3 nodes",
  seen: "their kubelets answer as configured"
} as const

layer(Consulted.layer(cluster), { excludeTestServices: true })("a cluster", (it) => {
  describe("with a kubelet that", () => {
    const faults: ReadonlyArray<readonly [string, Fault, RegExp, RegExp]> = [
      ["is not there", Fault.Refuse(), /ECONNREFUSED.*\(connection_refused\)/, /--kubelet-port/],
      ["never answers", Fault.Hang(), /no complete answer within 4 s \(timeout\)/, /--kubelet-request-timeout/],
      ["resets the connection", Fault.Reset(), /\(reset\)/, /kubelet's log/],
      ["does not know us", Fault.Status({ status: 401 }), /\(unauthorized\)/, /webhook authentication/],
      ["lets us read nothing", Fault.Status({ status: 403 }), /\(forbidden\)/, /ClusterRole system:metrics-server/],
      ["is in trouble", Fault.Status({ status: 500 }), /HTTP status 500 \(status\)/, /see its log/],
      ["is none", Fault.Garbage(), /\(malformed_page\)/, /what listens on this address/],
      ["has no data", Fault.ScrapeError(), /\(no_data\)/, /container runtime/],
      [
        "signs its certificate itself",
        Fault.Certificate({ kind: "SelfSigned" }),
        /its certificate is signed by an authority of its own \(CN=simulated-ca@1764201600\) \(tls_self_signed\)/,
        /serverTLSBootstrap.*--kubelet-insecure-tls/
      ],
      [
        "has a certificate of an unknown authority",
        Fault.Certificate({ kind: "OtherAuthority" }),
        /signed by CN=some-other-ca; believed are CN=kubelet-serving-ca \(tls_unknown_authority\)/,
        /--kubelet-certificate-authority/
      ],
      [
        "has a certificate that has expired",
        Fault.Certificate({ kind: "Expired" }),
        /its certificate expired at 2021-01-01T00:00:00.000Z, \d+ days ago \(tls_expired\)/,
        /kubectl get csr/
      ],
      [
        "has a certificate for none of its addresses",
        Fault.Certificate({ kind: "WrongName" }),
        /is for DNS:elsewhere\.example, IP Address:192\.0\.2\.1, and not for 127\.0\.0\.1 \(tls_name_mismatch\)/,
        /^no address of the node is in it/
      ]
    ]
    it.effect.each(faults)(
      "%s, that and what to do is told of its node alone",
      ([, fault, seen, remedy]) =>
        Effect.gen(function*() {
          yield* failing(first, fault)
          const [finding, ...rest] = yield* kubelets(fault._tag === "Hang" ? { "kubelet-request-timeout": ["4s"] } : {})
          assert.deepInclude(finding, { severity: "broken", subject: `1 of 3 nodes (${first})` })
          assert.match(finding?.seen ?? "", seen)
          assert.match(finding?.seen ?? "", new RegExp(`^${first} at 127\\.0\\.0\\.1:\\d+: `))
          assert.match(finding?.remedy ?? "", remedy)
          assert.deepStrictEqual(rest, [others])
        })
    )
  })

  it.effect("where a certificate is for another address of the node, the flag is told that dials that one", () =>
    Effect.gen(function*() {
      yield* failing(renamed, Fault.Certificate({ kind: "WrongName" }))
      const [finding] = yield* kubelets()
      assert.match(finding?.seen ?? "", /and not for 127\.0\.0\.1, but for its Hostname \(tls_name_mismatch\)$/)
      assert.match(
        finding?.remedy ?? "",
        /^dial what it names: --kubelet-preferred-address-types=Hostname,InternalIP; /
      )
    }))

  it.effect("where kubelets fail alike they are told together, the most first", () =>
    Effect.gen(function*() {
      yield* failing(first, Fault.Status({ status: 401 }))
      yield* failing(renamed, Fault.Certificate({ kind: "SelfSigned" }))
      yield* failing(third!, Fault.Certificate({ kind: "SelfSigned" }))
      assert.deepStrictEqual((yield* kubelets()).map(({ severity, subject }) => [severity, subject]), [
        ["broken", `2 of 3 nodes (${renamed}, ${third})`],
        ["broken", `1 of 3 nodes (${first})`]
      ])
    }))

  it.effect("where certificates are not verified they do not matter, and that is told", () =>
    Effect.gen(function*() {
      yield* failing(first, Fault.Certificate({ kind: "SelfSigned" }))
      const [finding, ...rest] = yield* kubelets({
        "kubelet-insecure-tls": ["true"],
        "kubelet-certificate-authority": []
      })
      assert.deepInclude(finding, { severity: "ok", subject: "3 of 3 nodes" })
      assert.include(finding?.seen, "--kubelet-insecure-tls")
      assert.deepStrictEqual(rest, [])
    }))

  it.effect("where a node is not Ready its kubelet is no fault of ours", () =>
    Effect.gen(function*() {
      const { updateNode } = yield* ClusterState
      const become = (ready: boolean) => updateNode(first, (node) => ({ ...node, ready }))
      yield* Effect.acquireRelease(become(false), () => become(true))
      yield* failing(first, Fault.Refuse())
      const [finding] = yield* kubelets()
      assert.deepInclude(finding, { severity: "warning", subject: `1 of 3 nodes (${first})` })
      assert.match(finding?.remedy ?? "", /^see first why it is not Ready: kubectl describe node/)
    }))

  it.effect("where nodes have no address of the wanted types, or none is selected, the flag is named", () =>
    Effect.gen(function*() {
      const [unwanted] = yield* kubelets({ "kubelet-preferred-address-types": ["ExternalDNS"] })
      assert.deepInclude(unwanted, { severity: "broken" })
      assert.match(unwanted?.seen ?? "", /wanted ExternalDNS, it has InternalIP, Hostname \(no_address\)$/)
      const [unselected] = yield* kubelets({ "node-selector": ["no=such"] })
      assert.deepInclude(unselected, { severity: "broken", subject: "nodes", seen: "there are none" })
    }))

  it.effect("where the authority of kubelets cannot be read that is told once, and what is behind it is not known", () =>
    Effect.gen(function*() {
      const flags = { "kubelet-certificate-authority": ["/no/such/file"] }
      const findings = yield* askOf("server", ["kubelets", "readings", "pods"], flags)
      assert.deepStrictEqual(findings.map(({ check, severity, subject }) => [check, severity, subject]), [
        ["kubelets", "broken", "--kubelet-certificate-authority=/no/such/file"],
        ["readings", "unknown", "all of it"],
        ["pods", "unknown", "all of it"]
      ])
    }))

  it.effect("where a pod is known to the kube-apiserver and not to its kubelet, it is named", () =>
    Effect.gen(function*() {
      const store = yield* ObjectStore
      const [pod] = cluster.pods.filter(({ nodeName }) => nodeName === first) as [Cluster.Pod]
      const lost = { ...pod, name: "lost", phase: "Running" as const, startedAt: 0 }
      yield* Effect.acquireRelease(
        store.put(Objects.pod(lost)),
        () => store.remove("pods", pod.namespace, lost.name)
      )
      const [finding, ...rest] = yield* askOf("server", ["pods"])
      assert.deepInclude(finding, { severity: "warning", subject: `1 of 7 pods (${pod.namespace}/lost)` })
      assert.include(finding?.seen, `1 of 3 nodes (${first})`)
      assert.deepStrictEqual(rest, [])
    }))

  it.effect("where no kubelet is reached, nothing is concluded of readings and pods", () =>
    Effect.gen(function*() {
      for (const { name } of cluster.nodes) yield* failing(name, Fault.Refuse())
      const findings = yield* askOf("server", ["readings", "pods"])
      assert.deepStrictEqual(findings.map(({ check, seen }) => [check, seen]), [
        ["readings", "could not be checked: there is no way to a kubelet"],
        ["pods", "could not be checked: there is no way to a kubelet"]
      ])
    }))
})
