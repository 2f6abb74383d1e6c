/** What the log says of requests that are not believed. */
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Logger, Option } from "effect"
import { HttpServerRequest } from "effect/http"
import { TestClock } from "effect/testing"
import { Authentication } from "../../../src/serve/auth/Authentication.ts"
import { AuthenticationConfig } from "../../../src/serve/auth/AuthenticationConfig.ts"
import { BearerToken } from "../../../src/serve/auth/BearerToken.ts"
import { ReviewError } from "../../../src/serve/auth/Review.ts"

/** Tokens are unknown, and those with a blemish cannot be asked about because of it. */
const tokens = Layer.succeed(BearerToken, {
  userOf: (token) =>
    token === "unknown"
      ? Effect.succeed(Option.none())
      : Effect.fail(new ReviewError({ kind: "TokenReview", detail: token, transient: false }))
})

const layer = Authentication.layer.pipe(
  Layer.provide([
    tokens,
    AuthenticationConfig.layerStatic({ clientAuthority: Option.none(), requestHeader: Option.none() })
  ])
)

/** How many lines these tokens leave in the log, one request after another. */
const lines = Effect.fnUntraced(function*(...tokens: ReadonlyArray<string>) {
  const { userOf } = yield* Authentication
  const request = HttpServerRequest.fromWeb(new Request("https://localhost/apis"))
  let lines = 0
  const logger = Logger.layer([Logger.make(() => lines++)])
  for (const token of tokens) {
    const refused = yield* userOf(request, ["authorization", `Bearer ${token}`]).pipe(
      Effect.flip,
      Effect.provide(logger)
    )
    assert.strictEqual(refused._tag, "Unauthorized")
  }
  return lines
})

it.effect("what was wrong is logged once, whatever else is wrong meanwhile, and again after five minutes", () =>
  Effect.gen(function*() {
    assert.strictEqual(yield* lines("unknown", "unknown", "strange", "unknown", "strange"), 2)
    yield* TestClock.adjust("299 seconds")
    assert.strictEqual(yield* lines("unknown", "strange"), 0)
    yield* TestClock.adjust("1 second")
    assert.strictEqual(yield* lines("unknown", "strange", "unknown"), 2)
  }).pipe(Effect.provide(layer)))

it.effect("a client for whom ever another thing is wrong does not fill the log", () =>
  Effect.gen(function*() {
    const strange = Array.from({ length: 100 }, (_, i) => `strange-${i}`)
    assert.strictEqual(yield* lines(...strange), 32)
    yield* TestClock.adjust("5 minutes")
    assert.strictEqual(yield* lines(...strange), 32)
  }).pipe(Effect.provide(layer)))
