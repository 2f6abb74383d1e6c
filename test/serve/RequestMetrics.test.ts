/** What is counted of requests and their answers. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Metric, Stream } from "effect"
import { HttpBody, HttpServerResponse } from "effect/http"
import { TestClock } from "effect/testing"
import * as RequestMetrics from "../../src/serve/RequestMetrics.ts"
import type { Route } from "../../src/serve/Route.ts"
import { inRegistry } from "../fixtures/Registry.ts"

const list: Route = { path: "/apis/metrics.k8s.io/v1/pods", respond: () => Effect.die("never asked") }

/** An answer that takes 30 ms, measured. */
const measured = Effect.fnUntraced(function*(
  answer: HttpServerResponse.HttpServerResponse,
  asked: RequestMetrics.Asked = { route: list, verb: "list", method: "GET" }
) {
  const { measure } = yield* RequestMetrics.make([list], () => 0)
  const answering = measure(asked, () => Effect.delay(Effect.succeed(answer), "30 millis"))
  const fiber = yield* Effect.forkChild(answering, { startImmediately: true })
  yield* TestClock.adjust("30 millis")
  return yield* Fiber.join(fiber)
})

const ofPieces = (...pieces: ReadonlyArray<string>) =>
  HttpServerResponse.setBody(
    HttpServerResponse.empty({ headers: { "content-encoding": "none" } }),
    HttpBody.stream(Stream.fromIterable(pieces.map((text) => new TextEncoder().encode(text))), "text/plain")
  )

/** Sums of the series in which something was recorded, by family and verb. */
const recorded = Effect.map(Metric.snapshot, (snapshots) =>
  Object.fromEntries(
    snapshots.flatMap(({ attributes, id, state }) =>
      "count" in state && Number(state.count) > 0
        ? [[`${id} ${attributes?.["verb"]}`, "sum" in state ? state.sum : state.count]]
        : []
    )
  ))

describe("a request", () => {
  it.effect("is counted with its time and the length of its answer", () =>
    inRegistry(Effect.gen(function*() {
      yield* measured(HttpServerResponse.text("twelve bytes"))
      assert.deepStrictEqual(yield* recorded, {
        "apiserver_request_total LIST": 1,
        "apiserver_request_duration_seconds LIST": 0.03,
        "apiserver_response_sizes LIST": 12
      })
    })))

  it.effect("whose answer comes bit by bit is counted when the last bit was taken, and the answer is what it was", () =>
    inRegistry(Effect.gen(function*() {
      const response = yield* measured(ofPieces("one, ", "two, ", "three"))
      assert.deepStrictEqual(yield* recorded, {})
      yield* TestClock.adjust("70 millis")
      const { body, headers } = response
      assert.strictEqual(headers["content-encoding"], "none")
      if (body._tag !== "Stream") return assert.fail("it is no stream any more")
      assert.strictEqual(body.contentType, "text/plain")
      assert.strictEqual(yield* Stream.mkString(Stream.decodeText(body.stream)), "one, two, three")
      assert.deepStrictEqual(yield* recorded, {
        "apiserver_request_total LIST": 1,
        "apiserver_request_duration_seconds LIST": 0.1,
        "apiserver_response_sizes LIST": 15
      })
    })))

  it.effect("for the head of an answer alone is counted at once, without bytes", () =>
    inRegistry(Effect.gen(function*() {
      yield* measured(ofPieces("one, ", "two"), { route: list, verb: "list", method: "HEAD" })
      assert.deepStrictEqual(yield* recorded, {
        "apiserver_request_total LIST": 1,
        "apiserver_request_duration_seconds LIST": 0.03,
        "apiserver_response_sizes LIST": 0
      })
    })))

  it.effect.each(["BREW", "CONSTRUCTOR", "__PROTO__"])(
    "with the client's own method %s is not counted under it",
    (method) =>
      inRegistry(Effect.gen(function*() {
        const verb = method.toLowerCase()
        yield* measured(HttpServerResponse.empty({ status: 405 }), { route: undefined, verb, method })
        assert.deepStrictEqual(yield* recorded, {
          "apiserver_request_total OTHER": 1,
          "apiserver_request_duration_seconds OTHER": 0.03
        })
      }))
  )
})
