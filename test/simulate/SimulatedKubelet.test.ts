/** Faults of a simulated kubelet that need time: in memory, on our clock. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Option, Stream } from "effect"
import { HttpClientRequest, type HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { gunzipSync, zstdDecompressSync } from "node:zlib"
import { Fault } from "../../src/simulate/Fault.ts"
import { tokens } from "../../src/simulate/Identities.ts"
import { KubeletFleet } from "../../src/simulate/KubeletFleet.ts"
import * as MemoryHttp from "../../src/simulate/MemoryHttp.ts"
import { cluster, inMemory } from "../fixtures/SimulatedApi.ts"

const node = cluster.nodes[0]!.name

/** A scrape of the first node, with a fault from now on. */
const scraped = Effect.gen(function*() {
  yield* TestClock.setTime(1_795_416_140_378)
  const fleet = yield* KubeletFleet
  const client = MemoryHttp.fromFleet(fleet)
  const { address, port } = Option.getOrThrow(fleet.endpoint(node))
  const request = HttpClientRequest.get(`https://${address}:${port}/metrics/resource`).pipe(
    HttpClientRequest.bearerToken(tokens.metricsServer)
  )
  const scrape = client.execute(request)
  return {
    scrape,
    zipped: client.execute(HttpClientRequest.setHeader(request, "accept-encoding", "gzip")),
    text: Effect.flatMap(scrape, (response) => response.text),
    become: (fault: Fault) => fleet.setFault(node, Option.some(fault))
  }
})

const timestampOf = (page: string) => Number(/^node_cpu_usage_seconds_total \S+ (\d+)$/m.exec(page)?.[1])

const secondsOf = (page: string) => Number(/^node_cpu_usage_seconds_total (\S+) \d+$/m.exec(page)?.[1])

const sizeOf = (response: HttpClientResponse.HttpClientResponse, chunks: number) =>
  response.stream.pipe(Stream.take(chunks), Stream.runFold(() => 0, (size, chunk) => size + chunk.length))

describe("a faulty kubelet", () => {
  it.effect("hangs for ever", () =>
    Effect.gen(function*() {
      const { become, scrape } = yield* scraped
      yield* become(Fault.Hang())
      const scraping = yield* Effect.forkChild(Effect.timeoutOption(scrape, "1 hour"), { startImmediately: true })
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* Fiber.join(scraping), Option.none())
    }).pipe(Effect.provide(inMemory)))

  it.effect("is as slow as it is told to be", () =>
    Effect.gen(function*() {
      const { become, scrape, text } = yield* scraped
      const whole = yield* text
      yield* become(Fault.SlowHeaders({ delay: "20 seconds" }))
      const headers = yield* Effect.forkChild(scrape, { startImmediately: true })
      yield* TestClock.adjust("19 seconds")
      assert.isUndefined(headers.pollUnsafe())
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Fiber.join(headers)).status, 200)

      yield* become(Fault.SlowBody({ interval: "1 second", pieces: 10 }))
      const body = yield* Effect.forkChild(text, { startImmediately: true })
      yield* TestClock.adjust("5 seconds")
      assert.isUndefined(body.pollUnsafe())
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* Fiber.join(body)).length, whole.length)
    }).pipe(Effect.provide(inMemory)))

  it.effect("does not advance its timestamps, or turns them back", () =>
    Effect.gen(function*() {
      const { become, text } = yield* scraped
      const before = timestampOf(yield* text)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(timestampOf(yield* text) - before, 60_000)
      yield* become(Fault.StaleTimestamps())
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(timestampOf(yield* text) - before, 60_000)
      yield* become(Fault.BackwardsTimestamps())
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(timestampOf(yield* text) - before, 60_000)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(timestampOf(yield* text) - before, 0)
    }).pipe(Effect.provide(inMemory)))

  it.effect("has a clock that is ahead, while its counters count on", () =>
    Effect.gen(function*() {
      const { become, text } = yield* scraped
      const [before, seconds] = [timestampOf(yield* text), secondsOf(yield* text)]
      yield* become(Fault.ClockSet({ seconds: 600 }))
      assert.strictEqual(timestampOf(yield* text) - before, 600_000)
      assert.strictEqual(secondsOf(yield* text), seconds)
    }).pipe(Effect.provide(inMemory)))

  it.effect("cuts its page short in the middle of a line, and nobody can tell by HTTP", () =>
    Effect.gen(function*() {
      const { become, text } = yield* scraped
      const whole = yield* text
      yield* become(Fault.CutShort())
      const part = yield* text
      assert.isTrue(whole.startsWith(part))
      assert.isFalse(part.endsWith("\n"))
      assert.isAtLeast(part.length, whole.length / 2 - 1)
    }).pipe(Effect.provide(inMemory)))

  it.effect("compresses for who asks for it, and with faults for everybody", () =>
    Effect.gen(function*() {
      const { become, scrape, text, zipped } = yield* scraped
      const unzipped = (answer: HttpClientResponse.HttpClientResponse) =>
        Effect.map(answer.arrayBuffer, (body) => gunzipSync(body).toString())
      const whole = yield* text
      assert.strictEqual(yield* Effect.flatMap(zipped, unzipped), whole)
      yield* become(Fault.CutShort())
      assert.isTrue(whole.startsWith(yield* Effect.flatMap(zipped, unzipped)))
      yield* become(Fault.CutGzip())
      const half = yield* Effect.flatMap(scrape, (answer) => answer.arrayBuffer)
      assert.throws(() => gunzipSync(half), "unexpected end of file")
      yield* become(Fault.Zstd())
      const answer = yield* scrape
      assert.strictEqual(answer.headers["content-encoding"], "zstd")
      assert.strictEqual(zstdDecompressSync(new Uint8Array(yield* answer.arrayBuffer)).toString(), whole)
    }).pipe(Effect.provide(inMemory)))

  it.effect("lists a pod that is elsewhere", () =>
    Effect.gen(function*() {
      const { become, text } = yield* scraped
      const pod = cluster.pods.find(({ nodeName }) => nodeName !== node)!
      assert.notInclude(yield* text, pod.name)
      yield* become(Fault.DuplicatePod({ pod }))
      assert.include(yield* text, `pod_cpu_usage_seconds_total{namespace="${pod.namespace}",pod="${pod.name}"}`)
    }).pipe(Effect.provide(inMemory)))

  it.effect("says that it could not read its statistics, and nothing else", () =>
    Effect.gen(function*() {
      const { become, text } = yield* scraped
      yield* become(Fault.ScrapeError())
      const series = (yield* text).split("\n").filter((line) => line !== "" && !line.startsWith("#"))
      assert.deepStrictEqual(series, ["resource_scrape_error 1"])
    }).pipe(Effect.provide(inMemory)))

  it.effect("starts its containers anew", () =>
    Effect.gen(function*() {
      const { become, text } = yield* scraped
      const startTimes = (page: string) => page.split("\n").filter((line) => line.startsWith("container_start_time"))
      const before = startTimes(yield* text)
      yield* become(Fault.Restart())
      const after = startTimes(yield* text)
      assert.strictEqual(after.length, before.length)
      assert.isTrue(after.every((line) => line.endsWith(" 1.795416140378e+09")))
      assert.notDeepEqual(after, before)
    }).pipe(Effect.provide(inMemory)))

  it.effect("sends a page without end", () =>
    Effect.gen(function*() {
      const { become, scrape } = yield* scraped
      yield* become(Fault.Gigantic())
      assert.isAbove(yield* sizeOf(yield* scrape, 1000), 50_000_000)
    }).pipe(Effect.provide(inMemory)))

  it.effect.each(
    [
      [Fault.Refuse(), "ECONNREFUSED"],
      [Fault.Reset(), "ECONNRESET"],
      [Fault.Certificate({ kind: "WrongName" }), "ERR_TLS_CERT_ALTNAME_INVALID"]
    ] as const
  )("fails in memory with the code that a socket would give: %o", ([fault, code]) =>
    Effect.gen(function*() {
      const { become, scrape } = yield* scraped
      yield* become(fault)
      const { reason } = yield* Effect.flip(scrape)
      assert.include(String(reason._tag === "TransportError" ? reason.cause : reason), code)
    }).pipe(Effect.provide(inMemory)))
})
