/** What is counted of requests to the kube-apiserver. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Metric } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { Kube } from "../../src/kube/Kube.ts"

describe("a request", () => {
  it.effect("takes as long as it takes, although the clock is set back meanwhile", () => {
    const slow = HttpClient.make((request) =>
      TestClock.adjust("2 seconds").pipe(
        Effect.andThen(TestClock.setTime(0)),
        Effect.as(HttpClientResponse.fromWeb(request, new Response()))
      )
    )
    return Effect.gen(function*() {
      yield* TestClock.setTime(86_400_000)
      yield* (yield* Kube).http.get("/version")
      const duration = (yield* Metric.snapshot).find(({ id }) => id === "rest_client_request_duration_seconds")
      assert.strictEqual(duration?.type === "Histogram" ? duration.state.sum : undefined, 2)
    }).pipe(Effect.provide(Kube.layerHttp(slow)))
  })
})
