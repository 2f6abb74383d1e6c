/** When a node's next turn comes, and what is known of it afterwards. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Exit, Layer, Logger, Random, References, Schema } from "effect"
import { TestClock } from "effect/testing"
import type { LiveMap } from "../../src/discover/LiveMap.ts"
import { type Node, Nodes } from "../../src/discover/Nodes.ts"
import * as ScrapeReport from "../../src/observe/ScrapeReport.ts"
import type { Sample } from "../../src/Sample.ts"
import { KubeletError } from "../../src/scrape/KubeletError.ts"
import { mayCure, pause, ticks } from "../../src/scrape/Scraper.ts"
import { ScrapeStatus } from "../../src/scrape/ScrapeStatus.ts"
import { MetricsStore } from "../../src/store/MetricsStore.ts"
import * as Samples from "../fixtures/Samples.ts"
import * as ScrapedNodes from "../fixtures/ScrapedNodes.ts"
import { known, node } from "../fixtures/ScrapedNodes.ts"
import * as Scrapes from "../fixtures/Scrapes.ts"
import { settle } from "../fixtures/ScriptedServer.ts"

const { resolution } = Scrapes
const after = (node: Parameters<typeof pause>[1]) => Duration.toSeconds(pause(resolution, node))

describe("the pause after a turn", () => {
  it("is the resolution", () => {
    assert.strictEqual(after({ depth: 2, ready: true, failures: 0 }), 15)
  })

  it("is shorter while a second reading is missing, so that first metrics come sooner", () => {
    assert.strictEqual(after({ depth: 1, ready: true, failures: 0 }), 5)
    assert.strictEqual(after({ depth: 0, ready: false, failures: 0 }), 5)
  })

  it("is the resolution for a node that is ready and fails, so that it recovers soon", () => {
    assert.strictEqual(after({ depth: 0, ready: true, failures: 10 }), 15)
    assert.strictEqual(after({ depth: 2, ready: true, failures: 1 }), 15)
  })

  it("grows to eight resolutions for a node that is not ready and fails", () => {
    assert.deepStrictEqual(
      [1, 2, 3, 4, 5, 100].map((failures) => after({ depth: 2, ready: false, failures })),
      [15, 30, 60, 120, 120, 120]
    )
  })
})

it("about thirty turns begin together, fewer in small clusters and more in very large ones", () => {
  const together = (nodes: number) => Math.round(nodes / ticks(nodes))
  assert.deepStrictEqual([3, 300, 1000, 3000, 4800, 10_000].map(together), [0, 10, 32, 32, 32, 67])
  assert.strictEqual(ticks(0), 30)
})

describe("a change of a node", () => {
  it.each<[string, Partial<Node>]>([
    ["its readiness", { ready: false }],
    ["its port", { kubeletPort: 10350 }],
    ["its path", { metricsPath: "/other" }],
    ["its address", { addresses: [{ type: "InternalIP", address: "10.0.0.2" }] }],
    ["a further address", { addresses: [...node.addresses, { type: "Hostname", address: "node" }] }]
  ])("is worth a scrape at once when it is %s", (_, change) => {
    assert.isTrue(mayCure(node, { ...node, ...change }))
  })

  it("is not when only its labels differ", () => {
    assert.isFalse(mayCure(node, { ...node, labels: { zone: "b" } }))
  })
})

/** All turns are due at the same time, and others get on between them. */
const crowded = Layer.mergeAll(
  Layer.succeed(Random.Random, { nextIntUnsafe: () => 1, nextDoubleUnsafe: () => 1 }),
  Layer.succeed(References.MaxOpsBeforeYield, 100)
)

/** A scraper whose kubelets answer at once. */
const scraping = (live: LiveMap<Node>, answer: (name: string) => Sample) =>
  Layer.provide(ScrapedNodes.scraping(live, (name) => Effect.sync(() => answer(name))), crowded)

/** Kubelets that remember at which seconds they were asked. */
const remembering = (answer: (name: string, seconds: number) => Effect.Effect<Sample, KubeletError>) => {
  const turns = new Map<string, Array<number>>()
  const scrape = Effect.fnUntraced(function*(name: string) {
    const seconds = (yield* Clock.currentTimeMillis) / 1000
    turns.set(name, [...turns.get(name) ?? [], seconds])
    return yield* answer(name, seconds)
  })
  return { scrape, turns }
}

const well = (name: string, seconds: number) => Effect.succeed(Samples.sample(name, Scrapes.busy(seconds)))

const failing = (node: string) =>
  Effect.fail(new KubeletError({ node, address: "10.0.0.1:10250", reason: "timeout", detail: "too late" }))

/** Lets that time pass with these kubelets, and everything happen that happens in it. */
const pass = Effect.fnUntraced(function*(time: Duration.Input) {
  yield* settle
  yield* TestClock.adjust(time)
  yield* settle
})

describe("a node", () => {
  it.effect("that goes when its turn is due and has not begun has no turn ever after", () => {
    const live = known(...Array.from({ length: 100 }, (_, index) => `${index + 1}`))
    return Effect.gen(function*() {
      const status = yield* ScrapeStatus
      yield* settle
      yield* TestClock.adjust("1 minute")
      assert.notInclude(status.overdue(Infinity), "99")
    }).pipe(Effect.provide(scraping(live, (name) => {
      live.delete("", "99")
      return Samples.sample(name, Scrapes.busy(0))
    })))
  })

  it.effect("that changes has its turn at once, and of many that change together each a little after the one before", () => {
    const names = Array.from({ length: 300 }, (_, index) => `${index}`)
    const live = known(...names)
    const begun = new Set<string>()
    const become = Effect.fnUntraced(function*(kubeletPort: number, changed: ReadonlyArray<string>) {
      begun.clear()
      for (const name of changed) live.put({ ...node, name, kubeletPort })
      yield* settle
    })
    return Effect.gen(function*() {
      yield* settle
      yield* TestClock.adjust("1 minute")
      yield* become(1, ["7"])
      assert.deepStrictEqual([...begun], ["7"])
      yield* TestClock.adjust("1 second")
      yield* become(2, names)
      assert.isBelow(begun.size, 150)
      yield* TestClock.adjust("500 millis")
      assert.isBelow(begun.size, 290)
      yield* TestClock.adjust("2 seconds")
      assert.sameMembers([...begun], names)
    }).pipe(Effect.provide(scraping(live, (name) => {
      begun.add(name)
      return Samples.sample(name, Scrapes.busy(0))
    })))
  })

  it.effect("that changes all the time, with all others, has its turns as often as ever", () => {
    const names = Array.from({ length: 300 }, (_, index) => `${index}`)
    const live = known(...names)
    const begun = new Set<string>()
    return Effect.gen(function*() {
      yield* settle
      yield* TestClock.adjust("1 minute")
      begun.clear()
      for (let change = 0; change < 50; change++) {
        for (const name of names) live.put({ ...node, name, kubeletPort: change })
        yield* settle
        yield* TestClock.adjust("300 millis")
      }
      assert.sameMembers([...begun], names)
    }).pipe(Effect.provide(scraping(live, (name) => {
      begun.add(name)
      return Samples.sample(name, Scrapes.busy(0))
    })))
  })

  it.effect("of which the kubelet says nothing is told of without an age, and the others as ever", () =>
    Effect.gen(function*() {
      const status = yield* ScrapeStatus
      yield* TestClock.adjust("1 minute")
      const report = ScrapeReport.make((yield* Nodes).list(), status.get, 60_000)
      assert.deepStrictEqual(report.nodes.map(({ ageSeconds }) => ageSeconds), [2, undefined])
      yield* Schema.encodeEffect(ScrapeReport.ScrapeReport)(report)
    }).pipe(
      Effect.provide(
        scraping(
          known("a", "b"),
          (name) => Samples.sample(name, name === "a" ? { at: 58_000 } : {}, { "shop/cart/main": Scrapes.busy(0) })
        )
      )
    ))

  it.effect("that goes while it is scraped is broken off and leaves nothing behind", () => {
    const live = known("a")
    const exits: Array<boolean> = []
    const scrape = (name: string) =>
      Effect.delay(well(name, 0), "5 seconds").pipe(
        Effect.onExit((exit) => Effect.sync(() => exits.push(Exit.hasInterrupts(exit))))
      )
    return Effect.gen(function*() {
      const status = yield* ScrapeStatus
      yield* pass("1 second")
      assert.deepStrictEqual(exits, [])
      live.delete("", "a")
      yield* settle
      assert.deepStrictEqual(exits, [true])
      yield* pass("20 seconds")
      assert.deepStrictEqual(status.list(), [])
      assert.deepStrictEqual(status.overdue(Infinity), [])
      assert.strictEqual(yield* (yield* MetricsStore).depth("a"), 0)
    }).pipe(Effect.provide(ScrapedNodes.scraping(live, scrape)))
  })

  it.effect("has a resolution to end its turn, and is overdue from then on", () =>
    Effect.gen(function*() {
      const { overdue } = yield* ScrapeStatus
      yield* pass("1 second")
      assert.deepStrictEqual([overdue(15_000), overdue(15_200)], [[], ["a"]])
    }).pipe(Effect.provide(ScrapedNodes.scraping(known("a"), () => Effect.never))))

  it.effect("is overdue when its next turn does not begin when it should", () => {
    const { scrape } = remembering(well)
    return Effect.gen(function*() {
      const { overdue } = yield* ScrapeStatus
      yield* pass("61 seconds")
      assert.deepStrictEqual([overdue(65_000), overdue(65_200)], [[], ["a"]])
    }).pipe(Effect.provide(ScrapedNodes.scraping(known("a"), scrape)))
  })

  it.effect("is read a second time after five seconds, and then once in a resolution", () => {
    const { scrape, turns } = remembering(well)
    return pass("40 seconds").pipe(
      Effect.map(() => assert.deepStrictEqual(turns.get("a"), [0, 5, 20, 35])),
      Effect.provide(ScrapedNodes.scraping(known("a"), scrape))
    )
  })

  it.effect("that is not ready and fails is tried less often than one that is ready", () => {
    const live = known("a", "b")
    live.put({ ...node, name: "a", ready: false })
    const { scrape, turns } = remembering(failing)
    return pass("10 minutes").pipe(
      Effect.map(() => {
        assert.deepStrictEqual(turns.get("a"), [0, 15, 45, 105, 225, 345, 465, 585])
        assert.lengthOf(turns.get("b")!, 41)
      }),
      Effect.provide(ScrapedNodes.scraping(live, scrape))
    )
  })

  it.effect("that changes in its labels alone has no turn for it", () => {
    const live = known("a")
    const { scrape, turns } = remembering(failing)
    return Effect.gen(function*() {
      yield* pass("1 second")
      live.put({ ...node, name: "a", labels: { zone: "b" } })
      yield* pass("1 second")
      assert.lengthOf(turns.get("a")!, 1)
      live.put({ ...node, name: "a", labels: { zone: "b" }, kubeletPort: 1 })
      yield* pass("1 second")
      assert.lengthOf(turns.get("a")!, 2)
    }).pipe(Effect.provide(ScrapedNodes.scraping(live, scrape)))
  })

  it.effect("has its next turn after one that ended in a defect, which is logged", () => {
    const logs: Array<string> = []
    const logger = Logger.layer([Logger.make(({ message }) => logs.push(String(message)))])
    const { scrape, turns } = remembering(() => Effect.die("a defect"))
    return pass("14 seconds").pipe(
      Effect.map(() => {
        assert.deepStrictEqual(turns.get("a"), [0, 5, 10])
        assert.match(logs[0] ?? "", /the turn of node a ended in a defect/)
      }),
      Effect.provide(Layer.provide(ScrapedNodes.scraping(known("a"), scrape), logger))
    )
  })
})

it.effect("first turns of many nodes are spread over seconds", () => {
  const names = Array.from({ length: 1000 }, (_, index) => `${index}`)
  const { scrape, turns } = remembering(failing)
  return Effect.gen(function*() {
    yield* pass("5 seconds")
    assert.sameMembers([...turns.keys()], names)
    const moments = Map.groupBy(turns.values(), ([first]) => first)
    for (const together of moments.values()) assert.isBelow(together.length, 250)
  }).pipe(Effect.provide(ScrapedNodes.scraping(known(...names), scrape)))
})
