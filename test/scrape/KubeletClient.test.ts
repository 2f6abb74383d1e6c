/** Requests to a kubelet over real TLS: what is sent at all, and how long its connection is kept. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { TestClock } from "effect/testing"
import * as TlsKubelet from "../fixtures/TlsKubelet.ts"

const start = Effect.gen(function*() {
  const kubelet = yield* TlsKubelet.make()
  const { text } = yield* TlsKubelet.client({ ...TlsKubelet.none, insecure: true })
  return { kubelet, ask: (token?: string) => text(kubelet.url, Option.fromUndefinedOr(token)) }
})

describe("a kubelet", () => {
  it.effect.each(["Bearer a\r\nX: b", "Bearer a\nb", "Bearer \0", "Bearer ä", "Bearer \x7f"])(
    "is sent nothing when no header can carry our token: %j",
    (token) =>
      Effect.gen(function*() {
        const { ask, kubelet } = yield* start
        const { message, reason } = yield* Effect.flip(ask(token))
        assert.strictEqual(reason, "unauthorized")
        assert.include(message, "no header can carry")
        assert.strictEqual(kubelet.connections.size, 0)
      }).pipe(Effect.provide(NodeServices.layer))
  )

  it.effect("has its connection kept while it is asked now and then, and closed within minutes when it is not", () =>
    Effect.gen(function*() {
      const { ask, kubelet } = yield* start
      for (let asked = 0; asked < 5; asked++) {
        yield* ask()
        yield* TestClock.adjust("2 minutes")
      }
      assert.strictEqual(kubelet.connections.size, 1)
      yield* TestClock.adjust("1 minute")
      yield* ask()
      assert.strictEqual(kubelet.connections.size, 2)
    }).pipe(Effect.provide(NodeServices.layer)))
})
