/** Troubles of many nodes, told as few. */
import { assert, describe, it } from "@effect/vitest"
import * as Kubelets from "../../src/doctor/Kubelets.ts"
import * as Trouble from "../../src/doctor/Trouble.ts"
import { KubeletError, type KubeletReason } from "../../src/scrape/KubeletError.ts"

const trouble = (name: string, reason: KubeletReason, { ready = true, address = "10.0.0.1:10250" } = {}) =>
  Trouble.of(
    { name, labels: {}, addresses: [], kubeletPort: 0, ready, metricsPath: "/metrics/resource" },
    new KubeletError({ node: name, address, reason, detail: `${name} is away` })
  )

const many = (count: number, reason: KubeletReason, prefix: string) =>
  Array.from({ length: count }, (_, i) => trouble(`${prefix}-${i}`, reason))

describe("kubelets", () => {
  it("that all do well take a line", () => {
    assert.deepStrictEqual(Kubelets.judge(3, [], false), [{
      check: "kubelets",
      severity: "ok",
      subject: "3 of 3 nodes",
      seen: "their kubelets answer as configured"
    }])
    assert.include(Kubelets.judge(3, [], true)[0]?.seen, "--kubelet-insecure-tls")
  })

  it("by the thousand that fail for two reasons are two findings, the greater one first", () => {
    const findings = Kubelets.judge(
      5000,
      [...many(1000, "timeout", "slow"), ...many(3000, "connection_refused", "gone")],
      false
    )
    assert.deepStrictEqual(findings.map(({ severity, subject }) => [severity, subject]), [
      ["broken", "3000 of 5000 nodes (gone-0, gone-1, gone-2, ...)"],
      ["broken", "1000 of 5000 nodes (slow-0, slow-1, slow-2, ...)"],
      ["ok", "1000 of 5000 nodes"]
    ])
    assert.strictEqual(findings[0]?.seen, "gone-0 at 10.0.0.1:10250: gone-0 is away (connection_refused)")
    assert.include(findings[0]?.remedy, "--kubelet-port")
  })

  it("that fail for one reason, but are cured by different acts, are told apart", () => {
    const cured = (name: string, remedy: string) => ({ ...trouble(name, "tls_name_mismatch"), remedy })
    const findings = Kubelets.judge(3, [cured("a", "this"), cured("b", "that"), cured("c", "this")], false)
    assert.deepStrictEqual(findings.map(({ remedy, subject }) => [subject, remedy]), [
      ["2 of 3 nodes (a, c)", "this"],
      ["1 of 3 nodes (b)", "that"]
    ])
  })

  it("of nodes that are not Ready are no fault of ours", () => {
    const [finding] = Kubelets.judge(2, [trouble("a", "timeout", { ready: false })], false)
    assert.strictEqual(finding?.severity, "warning")
    assert.include(finding?.remedy, "kubectl describe node")
  })

  it("that have no address to dial say so without one", () => {
    const [finding] = Kubelets.judge(1, [trouble("a", "no_address", { address: "" })], false)
    assert.strictEqual(finding?.seen, "a: a is away (no_address)")
  })

  it("of which there are none are looked for in vain", () => {
    const [finding] = Kubelets.judge(0, [], false)
    assert.strictEqual(finding?.severity, "broken")
    assert.include(finding?.remedy, "--node-selector")
  })
})
