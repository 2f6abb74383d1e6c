import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as Deadline from "../../src/serve/Deadline.ts"
import * as RequestInfo from "../../src/serve/RequestInfo.ts"

const check = (query: string) => {
  const parameters = new URLSearchParams(query)
  const info = RequestInfo.parse("GET", "/apis/metrics.k8s.io/v1/nodes", parameters)
  return Result.match(Deadline.check(info, parameters), { onSuccess: () => "", onFailure: (it) => it.message })
}

describe("the timeout of a request", () => {
  it.each(["", "timeout=", "timeout=30s", "timeout=1m30.5s", "timeout=0", "timeout=-1s", "watch=1&timeout=x"])(
    "%s is taken",
    (query) => {
      assert.strictEqual(check(query), "")
    }
  )

  it.each([
    ["xyz", "invalid duration \"xyz\""],
    ["5", "missing unit in duration \"5\""],
    ["1m30", "missing unit in duration \"1m30\""],
    ["5x", "unknown unit \"x\" in duration \"5x\""],
    ["1sec2m", "unknown unit \"sec\" in duration \"1sec2m\""],
    ["1mm", "unknown unit \"mm\" in duration \"1mm\""],
    [".s", "invalid duration \".s\""]
  ])("%s is refused", (timeout, problem) => {
    assert.strictEqual(check(`timeout=${timeout}`), `invalid timeout specified in the request URL - time: ${problem}`)
  })

  it("of a million digits is read in one go", () => {
    assert.include(check(`timeout=${"1".repeat(1_000_000)}`), "missing unit in duration")
  })
})
