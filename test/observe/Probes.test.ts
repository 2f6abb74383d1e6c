/** The texts that probes read. */
import { assert, describe, it } from "@effect/vitest"
import { report } from "../../src/observe/Probes.ts"

const ping = { name: "ping", problem: undefined }
const healthy = [ping, { name: "metric-storage-ready", problem: undefined }]
const sick = [ping, { name: "metric-storage-ready", problem: "no metrics to serve" }]

const quiet = { verbose: false, exclude: [] }

describe("a probe", () => {
  it("is ok in one word", () => {
    assert.deepStrictEqual(report("readyz", healthy, quiet), { healthy: true, text: "ok" })
  })

  it("lists its checks when asked to", () => {
    assert.deepStrictEqual(report("readyz", healthy, { ...quiet, verbose: true }), {
      healthy: true,
      text: "[+]ping ok\n[+]metric-storage-ready ok\nreadyz check passed\n"
    })
  })

  it("lists its checks when one fails, without being asked and without telling why", () => {
    assert.deepStrictEqual(report("livez", sick, quiet), {
      healthy: false,
      text: "[+]ping ok\n[-]metric-storage-ready failed: reason withheld\nlivez check failed\n"
    })
  })

  it("leaves out what is excluded, and says what it cannot exclude", () => {
    assert.deepStrictEqual(report("readyz", sick, { verbose: false, exclude: ["metric-storage-ready"] }), {
      healthy: true,
      text: "ok"
    })
    assert.deepStrictEqual(
      report("readyz", sick, { verbose: true, exclude: ["metric-storage-ready", "x", "x", "y"] }).text,
      "[+]ping ok\n[+]metric-storage-ready excluded: ok\n" +
        "warn: some health checks cannot be excluded: no matches for \"x\",\"y\"\nreadyz check passed\n"
    )
  })
})
