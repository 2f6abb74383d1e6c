/** What is printed in the end. */
import { assert, describe, it } from "@effect/vitest"
import * as Finding from "../../src/doctor/Finding.ts"
import * as Report from "../../src/doctor/Report.ts"

const [api, rights, kubelets, pods] = (["kube-apiserver", "rights", "kubelets", "pods"] as const).map(Finding.of)

const unchecked = new Finding.Unchecked({ subject: "pods", detail: "forbidden", remedy: "ask somebody who may" })

const report = Report.make([
  api!.ok("https://10.0.0.1", "version v1.36.2"),
  pods!.unknown(unchecked),
  kubelets!.warning("1 of 3 nodes (c)", "it is slow", "see why"),
  kubelets!.broken("2 of 3 nodes (a, b)", "they are away", "look for them"),
  rights!.broken("ClusterRole x", "may not list nodes", "apply it"),
  kubelets!.broken("3 of 3 nodes (a, b, c)", "they are sick", "heal them")
], Date.UTC(2026, 10, 25, 12))

describe("a report", () => {
  it("begins with what is worst, of that with what is first to be mended, and else keeps the order in which it was found", () => {
    assert.deepStrictEqual(report.findings.map(({ check, severity, subject }) => [severity, check, subject]), [
      ["broken", "rights", "ClusterRole x"],
      ["broken", "kubelets", "2 of 3 nodes (a, b)"],
      ["broken", "kubelets", "3 of 3 nodes (a, b, c)"],
      ["warning", "kubelets", "1 of 3 nodes (c)"],
      ["unknown", "pods", "pods"],
      ["ok", "kube-apiserver", "https://10.0.0.1"]
    ])
  })

  it("tells people what was seen and what to do, and takes a line for what is well", () => {
    assert.strictEqual(
      Report.text(report),
      `BROKEN   rights: ClusterRole x
         seen:   may not list nodes
         remedy: apply it
BROKEN   kubelets: 2 of 3 nodes (a, b)
         seen:   they are away
         remedy: look for them
BROKEN   kubelets: 3 of 3 nodes (a, b, c)
         seen:   they are sick
         remedy: heal them
WARNING  kubelets: 1 of 3 nodes (c)
         seen:   it is slow
         remedy: see why
UNKNOWN  pods: pods
         seen:   could not be checked: forbidden
         remedy: ask somebody who may
OK       kube-apiserver: https://10.0.0.1: version v1.36.2

2026-11-25T12:00:00.000Z: 3 broken, 1 warning, 1 unknown, 1 ok`
    )
  })

  it("tells programs the same", () => {
    const { findings, summary, time } = JSON.parse(Report.json(report))
    assert.deepStrictEqual(summary, { broken: 3, warning: 1, unknown: 1, ok: 1 })
    assert.strictEqual(time, "2026-11-25T12:00:00.000Z")
    assert.deepStrictEqual(findings[0], {
      check: "rights",
      severity: "broken",
      subject: "ClusterRole x",
      seen: "may not list nodes",
      remedy: "apply it"
    })
    assert.deepStrictEqual(findings.at(-1), {
      check: "kube-apiserver",
      severity: "ok",
      subject: "https://10.0.0.1",
      seen: "version v1.36.2"
    })
  })

  it("names the first of many", () => {
    assert.strictEqual(Finding.examples(["a", "b", "c"]), "a, b, c")
    assert.strictEqual(Finding.examples(["a", "b", "c", "d"]), "a, b, c, ...")
  })
})
