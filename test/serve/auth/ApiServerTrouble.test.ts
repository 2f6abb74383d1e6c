/** The kube-apiserver is away, slow or answers nonsense: what clients get over real sockets, and that it passes. */
import { assert } from "@effect/vitest"
import { Effect, Logger } from "effect"
import { HttpClientResponse } from "effect/http"
import { Identities, tokens } from "../../../src/simulate/Identities.ts"
import { ask, askPatiently, bearer, path, spoofed, test } from "../../fixtures/Attacked.ts"
import { http2 } from "../../fixtures/HttpsClient.ts"
import { away, type Intercept, Interception, nothing } from "../../fixtures/Interception.ts"
import * as LoopbackHttps from "../../fixtures/LoopbackHttps.ts"
import * as WholeServer from "../../fixtures/WholeServer.ts"

const answering = (make: () => Response): Intercept => (request) =>
  Effect.sync(() => HttpClientResponse.fromWeb(request, make()))

const saying = (status: object) => answering(() => Response.json({ status }, { status: 201 }))

const slow: Intercept = () => Effect.never

const troubles: ReadonlyArray<readonly [what: string, Intercept]> = [
  ["is away", away],
  ["does not answer", slow],
  ["does not end its answer", answering(() => new Response(new ReadableStream(), { status: 201 }))],
  ["answers with a web page", answering(() => new Response("<html>yes</html>"))],
  [
    "answers with half a review",
    answering(() => new Response(`{"status":{"authenticated":true,"allo`, { status: 201 }))
  ],
  ["answers with nothing", answering(() => new Response(null, { status: 201 }))],
  ["answers with another kind of yes", saying({ authenticated: "yes", allowed: "yes", user: { username: "admin" } })],
  ["fails", answering(() => new Response("", { status: 500 }))],
  ["is too busy", answering(() => new Response("", { status: 429 }))],
  ["does not know us", answering(() => new Response("", { status: 401 }))],
  ["lets us ask nothing", answering(() => new Response("", { status: 403 }))],
  [
    "sends us elsewhere",
    answering(() => new Response("", { status: 302, headers: { location: "https://127.0.0.1:1/" } }))
  ]
]

for (const [what, intercepted] of troubles) {
  test(`while it ${what} only those are let in whom nobody must ask about`, () =>
    Effect.gen(function*() {
      const { intercept } = yield* Interception
      const { clients } = yield* Identities
      const proxy = clients["front-proxy-client"]
      assert.strictEqual(yield* ask({ headers: bearer(tokens.reader) }), "200")
      yield* intercept(intercepted)
      // What it has said stands for its time.
      assert.strictEqual(yield* ask({ headers: bearer(tokens.reader) }), "200")
      yield* WholeServer.pass(11)
      assert.strictEqual(yield* askPatiently({ headers: bearer(tokens.reader) }), "401")
      assert.strictEqual(yield* askPatiently({ headers: bearer(tokens.admintoken) }), "401")
      assert.strictEqual(yield* askPatiently({ pair: proxy, headers: { "x-remote-user": "bob" } }), "500")
      assert.strictEqual(yield* askPatiently({ pair: clients.admin, headers: { "impersonate-user": "bob" } }), "500")
      assert.strictEqual(yield* askPatiently({}), "500")
      assert.strictEqual(yield* ask({ pair: clients.admin }), "200")
      assert.strictEqual(yield* ask({ pair: proxy, headers: spoofed }), "200")
      assert.strictEqual(yield* ask({ path: "/livez" }), "200")
      yield* intercept(nothing)
    }))
}

test("whoever waits for it longer than a request may take is told so", () =>
  Effect.gen(function*() {
    const { intercept } = yield* Interception
    const { clients } = yield* Identities
    yield* intercept(slow)
    const question = { port: yield* LoopbackHttps.port, path, pair: clients["front-proxy-client"] }
    const answer = yield* Effect.forkChild(http2({ ...question, headers: { "x-remote-user": "bob" } }))
    yield* Effect.repeat(WholeServer.pass(1), { until: () => answer.pollUnsafe() !== undefined })
    const { body, status } = yield* answer.pollUnsafe()!
    assert.strictEqual(status, 504)
    assert.strictEqual(JSON.parse(body.toString()).reason, "Timeout")
    yield* intercept(nothing)
  }), { flags: { "request-timeout": ["5s"] } })

const logged: Array<string> = []

test("a defect of ours is told to the log, and to the client that there is one", () =>
  Effect.gen(function*() {
    const { intercept } = yield* Interception
    const { clients } = yield* Identities
    yield* intercept(() => Effect.die(new Error("of which nobody outside must know")))
    const question = { port: yield* LoopbackHttps.port, path, pair: clients["front-proxy-client"] }
    const { body, status } = yield* http2({ ...question, headers: { "x-remote-user": "bob" } })
    assert.strictEqual(status, 500)
    assert.notInclude(body.toString(), "nobody outside")
    assert.lengthOf(
      logged.filter((line) => /^HttpApp: .*Error: of which nobody outside must know\n +at /s.test(line)),
      1
    )
    yield* intercept(nothing)
  }), {
  logger: Logger.map(
    Logger.formatStructured,
    ({ annotations, cause, message }) =>
      void logged.push(`${String(annotations["service"])}: ${String(message)} ${cause}`)
  )
})
