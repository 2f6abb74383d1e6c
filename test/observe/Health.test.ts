/** The text that probes read. */
import { assert, describe, it } from "@effect/vitest"
import { report } from "../../src/observe/Health.ts"

const healthy = [{ name: "ping", passes: true }, { name: "metric-storage-ready", passes: true }]
const sick = [{ name: "ping", passes: true }, { name: "metric-storage-ready", passes: false }]

describe("a probe", () => {
  it("is ok in one word", () => {
    assert.deepStrictEqual(report("readyz", healthy, false), { healthy: true, text: "ok" })
  })

  it("lists its checks when asked to", () => {
    assert.deepStrictEqual(report("readyz", healthy, true), {
      healthy: true,
      text: "[+]ping ok\n[+]metric-storage-ready ok\nreadyz check passed\n"
    })
  })

  it("lists its checks when one fails, without being asked", () => {
    assert.deepStrictEqual(report("livez", sick, false), {
      healthy: false,
      text: "[+]ping ok\n[-]metric-storage-ready failed: reason withheld\nlivez check failed\n"
    })
  })
})
