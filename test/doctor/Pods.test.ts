/** Pods that should be reported, and those that are not. */
import { assert, describe, it } from "@effect/vitest"
import * as Pods from "../../src/doctor/Pods.ts"

const now = Date.UTC(2026, 10, 25, 12)

const pod = (name: string, node: string, state: object = { running: { startedAt: "2026-11-25T11:58:00Z" } }) => ({
  metadata: { namespace: "shop", name, labels: { app: "a" } },
  spec: { nodeName: node },
  status: { phase: "Running", containerStatuses: [{ name: "c", state }] }
})

const reported = new Map([
  ["node-1", new Set(["shop/a", "shop/b"])],
  ["node-2", new Set<string>()]
])

const tally = (...objects: ReadonlyArray<unknown>) => {
  const tallies = new Map<string, Pods.Tally>()
  for (const object of objects) Pods.count(tallies, reported, object, now)
  return [...tallies.values()]
}

describe("pods", () => {
  it("that are all reported are well", () => {
    const tallies = tally(pod("a", "node-1"), pod("b", "node-1"))
    assert.deepStrictEqual(tallies, [{ node: "node-1", expected: 2, missing: [] }])
    assert.deepStrictEqual(Pods.judge(tallies), [{
      check: "pods",
      severity: "ok",
      subject: "2 of 2 pods",
      seen: "each is reported by its kubelet"
    }])
  })

  it("are not expected on nodes that do not answer, or that nobody asked", () => {
    assert.deepStrictEqual(tally(pod("a", "node-3"), { metadata: { name: "half an object" } }), [])
  })

  it("are not expected before a container has run for a minute", () => {
    const states = [
      { running: { startedAt: "2026-11-25T11:59:30Z" } },
      { running: { startedAt: null } },
      { waiting: { reason: "CrashLoopBackOff" } },
      { running: null, terminated: { exitCode: 0 } }
    ]
    assert.deepStrictEqual(tally(...states.map((state, i) => pod(`young-${i}`, "node-1", state))), [])
  })

  it("of which some are missing are a reason to look, with their number and examples", () => {
    const lost = ["c", "d", "e", "f"].map((name) => pod(name, "node-1"))
    const [finding, ...others] = Pods.judge(tally(pod("a", "node-1"), ...lost))
    assert.deepStrictEqual(others, [])
    assert.strictEqual(finding?.severity, "warning")
    assert.strictEqual(finding?.subject, "4 of 5 pods (shop/c, shop/d, shop/e, ...)")
    assert.include(finding?.seen, "1 of 1 nodes (node-1)")
  })

  it("of which a kubelet reports none mean that it does not see its containers", () => {
    const [finding, ...others] = Pods.judge(tally(pod("a", "node-1"), pod("x", "node-2"), pod("y", "node-2")))
    assert.deepStrictEqual(others, [])
    assert.strictEqual(finding?.severity, "broken")
    assert.strictEqual(finding?.subject, "2 of 3 pods (shop/x, shop/y)")
    assert.include(finding?.remedy, "cgroup driver")
  })
})
