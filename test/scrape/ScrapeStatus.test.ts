/** What is remembered of the last turns of a node. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { KubeletError } from "../../src/scrape/KubeletError.ts"
import { type Outcome, ScrapeStatus } from "../../src/scrape/ScrapeStatus.ts"

const error = new KubeletError({ node: "a", address: "10.0.0.1:10250", reason: "timeout", detail: "too late" })
const well = (node: string, startedAt: number): Outcome => ({
  node,
  startedAt,
  duration: 5,
  address: "10.0.0.1:10250",
  rows: 3,
  sampledAt: undefined,
  error: undefined
})
const badly = (node: string, startedAt: number): Outcome => ({ ...well(node, startedAt), rows: 0, error })

describe("the status of a node", () => {
  it.effect("counts failures in a row and keeps the last success through them", () =>
    Effect.gen(function*() {
      const status = yield* ScrapeStatus
      yield* status.record(well("a", 1000))
      yield* status.record(badly("a", 2000))
      const before = yield* status.record(badly("a", 3000))
      assert.strictEqual(before?.failures, 1)
      assert.deepStrictEqual(status.get("a"), { ...badly("a", 3000), lastSuccess: 1000, failures: 2 })
      yield* status.record(well("a", 4000))
      assert.deepStrictEqual(status.get("a"), { ...well("a", 4000), lastSuccess: 4000, failures: 0 })
    }).pipe(Effect.provide(ScrapeStatus.layer)))

  it.effect("keeps when the node was read last through pages that say nothing of it", () =>
    Effect.gen(function*() {
      const status = yield* ScrapeStatus
      yield* status.record({ ...well("a", 1000), sampledAt: 900 })
      yield* status.record(well("a", 2000))
      assert.deepStrictEqual(status.get("a"), { ...well("a", 2000), sampledAt: 900, lastSuccess: 2000, failures: 0 })
    }).pipe(Effect.provide(ScrapeStatus.layer)))

  it.effect("is listed by name and forgotten with the node", () =>
    Effect.gen(function*() {
      const status = yield* ScrapeStatus
      yield* Effect.forEach(["b", "a", "c"], (node) => status.record(well(node, 1000)))
      yield* status.forget("c")
      assert.deepStrictEqual(status.list().map(({ node }) => node), ["a", "b"])
      assert.isUndefined(status.get("c"))
    }).pipe(Effect.provide(ScrapeStatus.layer)))
})
