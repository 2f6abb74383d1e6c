/** What befalls every answer, over sockets: headers for browsers, the end of its connection, and the end of the server. */
import { assert, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Layer, Scope } from "effect"
import * as Answer from "../../src/serve/Answer.ts"
import * as Limits from "../../src/serve/Limits.ts"
import { MetricsApi } from "../../src/serve/MetricsApi.ts"
import * as Routes from "../../src/serve/Routes.ts"
import { versions } from "../../src/serve/schema/Metrics.ts"
import { cluster, options } from "../fixtures/Asking.ts"
import * as Everyone from "../fixtures/Everyone.ts"
import { http1, http2, requestsOn } from "../fixtures/HttpsClient.ts"
import * as LoopbackHttps from "../fixtures/LoopbackHttps.ts"

type Requests = NonNullable<Routes.Options["requests"]>

const requests: Requests = {
  ...Limits.defaults,
  strictTransportSecurity: [],
  goawayChance: 0,
  shutdownSendRetryAfter: false
}

const served = (given: Partial<Requests>, extra = options.extra) =>
  Routes.layer({ ...options, extra, requests: { ...requests, ...given } }).pipe(
    Layer.provide([MetricsApi.layer({ versions }), Everyone.layer]),
    Layer.provide(cluster)
  )

const onLoopback = (given: Partial<Requests>) => Layer.provideMerge(served(given), LoopbackHttps.layer)

it.effect("browsers are told of HTTPS what is wanted, with every answer", () =>
  Effect.gen(function*() {
    const port = yield* LoopbackHttps.port
    for (const path of ["/version", "/apis/metrics.k8s.io/v1/nodes/nobody", "/livez"]) {
      const { headers } = yield* http2({ port, path })
      assert.strictEqual(headers["strict-transport-security"], "max-age=31536000; includeSubDomains")
    }
  }).pipe(
    Effect.provide(onLoopback({ strictTransportSecurity: ["max-age=31536000", "includeSubDomains"] }))
  ))

it.effect("they are told nothing where nothing is wanted", () =>
  Effect.gen(function*() {
    const { headers } = yield* http2({ port: yield* LoopbackHttps.port, path: "/version" })
    assert.notProperty(headers, "strict-transport-security")
  }).pipe(Effect.provide(onLoopback({}))))

it.effect("a connection that is chosen to end does so after the answer", () =>
  Effect.gen(function*() {
    assert.strictEqual(yield* requestsOn({ port: yield* LoopbackHttps.port, path: "/version" }), 1)
  }).pipe(Effect.provide(onLoopback({ goawayChance: 1 }))))

it.effect("a server that stops finishes what runs, and tells all but probes and who reads metrics to come again", () =>
  Effect.gen(function*() {
    const begun = yield* Deferred.make<void>()
    const go = yield* Deferred.make<void>()
    const slow = {
      path: "/slow",
      respond: () =>
        Deferred.succeed(begun, undefined).pipe(
          Effect.andThen(Deferred.await(go)),
          Effect.as(Answer.text("done", 200))
        )
    }
    const metrics = { path: "/metrics", respond: () => Effect.succeed(Answer.text("", 200)) }
    const server = yield* Layer.build(LoopbackHttps.layer)
    const port = yield* Effect.provide(LoopbackHttps.port, server)
    const scope = yield* Scope.make()
    yield* Layer.buildWithScope(served({ shutdownSendRetryAfter: true }, [...options.extra, metrics, slow]), scope)
      .pipe(
        Effect.provide(server)
      )
    const running = yield* Effect.forkChild(http2({ port, path: "/slow" }))
    yield* Deferred.await(begun)
    const stopped = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })

    for (const client of [http1, http2]) {
      const { body, headers, status } = yield* client({ port, path: "/version" })
      assert.deepStrictEqual([status, headers["retry-after"]], [429, "5"])
      assert.strictEqual(body.toString(), "The apiserver is shutting down, please try again later.\n")
      for (const path of ["/livez", "/metrics"]) assert.strictEqual((yield* client({ port, path })).status, 200)
    }
    assert.strictEqual((yield* http1({ port, path: "/version" })).headers["connection"], "close")
    assert.isUndefined(stopped.pollUnsafe())
    yield* Deferred.succeed(go, undefined)
    assert.strictEqual((yield* Fiber.join(running)).status, 200)
    yield* Fiber.join(stopped)
  }).pipe(Effect.scoped))
