/** What a client learns of why something has no metrics. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { KubeletError } from "../../src/scrape/KubeletError.ts"
import { ScrapeStatus } from "../../src/scrape/ScrapeStatus.ts"
import * as Absence from "../../src/serve/Absence.ts"
import { MetricsStore } from "../../src/store/MetricsStore.ts"
import { type Reading, sample } from "../fixtures/Samples.ts"
import * as Scrapes from "../fixtures/Scrapes.ts"

const absence = Effect.gen(function*() {
  return Absence.make(yield* MetricsStore, yield* ScrapeStatus)
})

const reading = (second: number): Reading => ({
  at: Scrapes.start + second * 1000,
  start: Scrapes.start - 3_600_000,
  cpu: BigInt(second + 1),
  memory: 1
})

const scraped = Effect.fnUntraced(function*(second: number, ...containers: ReadonlyArray<string>) {
  yield* TestClock.setTime(second * 1000)
  const page = Object.fromEntries(containers.map((name) => [name, reading(second)]))
  yield* (yield* MetricsStore).commit(sample("a", reading(second), page))
  yield* (yield* ScrapeStatus).record({ node: "a", startedAt: second * 1000, duration: 0, rows: 2 })
})

const failed = Effect.fnUntraced(function*(node: string) {
  const error = new KubeletError({ node, address: "10.0.0.1:10250", reason: "timeout", detail: "no answer within 10s" })
  yield* (yield* ScrapeStatus).record({ node, startedAt: 0, duration: 0, rows: 0, error })
})

const node = Effect.gen(function*() {
  return (yield* (yield* absence).ofNode("a")).map(({ message, reason }) => `${reason}: ${message}`)
})

const pod = Effect.gen(function*() {
  return (yield* (yield* absence).ofPod("n", "p")).map(({ message, reason }) => `${reason}: ${message}`)
})

const fresh = Layer.fresh(Layer.merge(Scrapes.layer, ScrapeStatus.layer))

const failure = (node: string) => `ScrapeFailed: the last scrape of node ${node} failed: no answer within 10s (timeout)`

const tooOld = "TooOld: the last usage that could be computed from the readings of node a is too old to be served"

describe("a node without metrics", () => {
  it.effect("has not been scraped yet, or only once, or its last scrape failed", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* node, ["NotScraped: node a has not been scraped yet"])
      yield* scraped(0)
      assert.deepStrictEqual(yield* node, [
        "TooYoung: node a has been read once; usage is computed from two readings"
      ])
      yield* failed("a")
      assert.deepStrictEqual(yield* node, [failure("a")])
    }).pipe(Effect.provide(fresh)))

  it.effect("is known from too long ago", () =>
    Effect.gen(function*() {
      yield* scraped(0)
      yield* scraped(15)
      assert.deepStrictEqual(yield* node, [tooOld])
    }).pipe(Effect.provide(fresh)))
})

describe("a pod without metrics", () => {
  it.effect("has not been reported, perhaps because its node cannot be scraped", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* pod, ["NotScraped: no kubelet has reported the pod yet"])
      yield* failed("b")
      assert.deepStrictEqual(yield* pod, ["NotScraped: no kubelet has reported the pod yet", failure("b")])
    }).pipe(Effect.provide(fresh)))

  it.effect("may be on any node that cannot be scraped, of which five are named", () =>
    Effect.gen(function*() {
      for (let i = 1; i <= 9; i++) yield* failed(`b${i}`)
      assert.deepStrictEqual((yield* pod).slice(1), ["b1", "b2", "b3", "b4", "b5"].map(failure))
    }).pipe(Effect.provide(fresh)))

  it.effect("waits for a second reading of a container", () =>
    Effect.gen(function*() {
      yield* scraped(0, "n/p/old")
      yield* scraped(15, "n/p/old", "n/p/new")
      assert.deepStrictEqual(yield* pod, [
        "TooYoung: container new is too young: usage is computed from two readings of it, or from one 10s after its start"
      ])
    }).pipe(Effect.provide(fresh)))

  it.effect("is known from too long ago, and says why no newer value came", () =>
    Effect.gen(function*() {
      yield* scraped(0, "n/p/c")
      yield* scraped(15, "n/p/c")
      yield* TestClock.setTime(15_000 + Duration.toMillis(Scrapes.retention) + 1)
      yield* failed("a")
      assert.deepStrictEqual(yield* pod, [failure("a"), tooOld])
    }).pipe(Effect.provide(fresh)))
})
