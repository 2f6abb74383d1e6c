/** When a node's next turn comes, and what is known of it afterwards. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Random, References, Schema } from "effect"
import { TestClock } from "effect/testing"
import { LiveMap } from "../../src/discover/LiveMap.ts"
import { type Node, Nodes } from "../../src/discover/Nodes.ts"
import * as Reflector from "../../src/discover/Reflector.ts"
import * as ScrapeReport from "../../src/observe/ScrapeReport.ts"
import type { Sample } from "../../src/Sample.ts"
import { Kubelet } from "../../src/scrape/Kubelet.ts"
import * as Scraper from "../../src/scrape/Scraper.ts"
import { mayCure, pause, ticks } from "../../src/scrape/Scraper.ts"
import { ScrapeStatus } from "../../src/scrape/ScrapeStatus.ts"
import * as Samples from "../fixtures/Samples.ts"
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

const node: Node = {
  name: "node",
  labels: {},
  addresses: [{ type: "InternalIP", address: "10.0.0.1" }],
  kubeletPort: 10250,
  ready: true,
  metricsPath: "/metrics/resource"
}

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

/** Nodes that come and go as a test says, whose kubelets answer at once. */
const scraping = (live: LiveMap<Node>, answer: (name: string) => Sample) =>
  Scraper.layer({ resolution }).pipe(
    Layer.provide([Layer.succeed(Kubelet, { scrape: ({ name }) => Effect.sync(() => answer(name)) }), crowded]),
    Layer.provideMerge([
      ScrapeStatus.layer,
      Scrapes.layer,
      Layer.succeed(Nodes, {
        ...Reflector.idle,
        get: (name) => live.get("", name),
        list: () => live.list(),
        parts: () => live.parts(),
        changes: live.changes
      })
    ])
  )

const known = (...names: ReadonlyArray<string>) => {
  const live = new LiveMap<Node>((a, b) => a === b)
  live.replace(names.map((name) => ({ ...node, name })))
  return live
}

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
})
