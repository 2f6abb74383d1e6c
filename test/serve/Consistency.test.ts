/** A list is of one moment, whatever is committed while it is asked for and written. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, it } from "@effect/vitest"
import { Clock, Duration, Effect, Fiber, Layer, Option } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import { intern } from "../../src/discover/Labels.ts"
import { Nodes } from "../../src/discover/Nodes.ts"
import { Pods } from "../../src/discover/Pods.ts"
import { ScrapeStatus } from "../../src/scrape/ScrapeStatus.ts"
import { MetricsApi } from "../../src/serve/MetricsApi.ts"
import * as Routes from "../../src/serve/Routes.ts"
import { ofVersion, versions } from "../../src/serve/schema/Metrics.ts"
import { MetricsStore } from "../../src/store/MetricsStore.ts"
import * as Everyone from "../fixtures/Everyone.ts"
import { sample } from "../fixtures/Samples.ts"

const pods = Array.from({ length: 500 }, (_, i) => `pod-${String(i).padStart(3, "0")}`)

const server = Routes.layer({ version: "1.2.3", extra: [] }).pipe(
  Layer.provide([MetricsApi.layer({ versions }), Everyone.layer]),
  Layer.provide([
    ScrapeStatus.layer,
    Nodes.layerStatic([]),
    Pods.layerStatic(pods.map((name) => ({ namespace: "default", name, labels: intern({ name }) })))
  ]),
  Layer.provideMerge(
    MetricsStore.layer({
      resolution: Duration.seconds(15),
      retention: Duration.seconds(60),
      publishSwap: Option.some(true)
    })
  ),
  Layer.provideMerge(NodeHttpServer.layerTest)
)

/** One scrape of the node that all pods run on: every pod's reading is of the same second. */
const commit = Effect.fnUntraced(function*(second: number) {
  const store = yield* MetricsStore
  const reading = { at: second * 1000, start: 1, cpu: BigInt(second) * 1_000_000n, memory: second }
  yield* store.commit(sample("node", reading, Object.fromEntries(pods.map((pod) => [`default/${pod}/main`, reading]))))
})

const list = HttpClient.get("/apis/metrics.k8s.io/v1/pods").pipe(
  Effect.flatMap(HttpClientResponse.schemaBodyJson(ofVersion("v1").PodMetricsList)),
  Effect.map(({ items }) => items)
)

it.live("a list has every pod with one and the same reading while scrapes are committed in between", () =>
  Effect.gen(function*() {
    const start = Math.floor((yield* Clock.currentTimeMillis) / 1000)
    yield* commit(start)
    yield* commit(start + 1)
    let second = start + 1
    const scraping = yield* Effect.suspend(() => commit(++second)).pipe(
      Effect.andThen(Effect.yieldNow),
      Effect.forever,
      Effect.forkChild
    )
    const lists = yield* Effect.replicateEffect(list, 20)
    yield* Fiber.interrupt(scraping)
    for (const items of lists) {
      assert.lengthOf(items, pods.length)
      assert.strictEqual(new Set(items.map(({ timestamp }) => timestamp)).size, 1)
      assert.strictEqual(new Set(items.map(({ containers }) => containers[0]?.usage.memory)).size, 1)
    }
    assert.isAbove(new Set(lists.map(([first]) => first?.timestamp)).size, 1)
  }).pipe(Effect.provide(server)))
