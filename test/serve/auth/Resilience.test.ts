/** What the server withstands, over real sockets: crowds, and strangers who stay. */
import { assert } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { connect } from "node:http2"
import { Identities, tokens } from "../../../src/simulate/Identities.ts"
import { ask, bearer, path, test } from "../../fixtures/Attacked.ts"
import { http2, requestsOn } from "../../fixtures/HttpsClient.ts"
import { Interception, nothing, reviewed } from "../../fixtures/Interception.ts"
import * as LoopbackHttps from "../../fixtures/LoopbackHttps.ts"
import * as WholeServer from "../../fixtures/WholeServer.ts"

const requestsOnOne = (headers: Record<string, string>) =>
  Effect.flatMap(LoopbackHttps.port, (port) => requestsOn({ port, path: "/version", headers }))

test("a connection stays with those we know, and ends after the answer to whom we do not", () =>
  Effect.gen(function*() {
    assert.strictEqual(yield* requestsOnOne(bearer(tokens.reader)), 3)
    assert.strictEqual(yield* requestsOnOne(bearer("nobody's")), 1)
    assert.strictEqual(yield* requestsOnOne({}), 1)
  }))

test("a crowd that waits for the kube-apiserver keeps neither the privileged nor probes from their answers", () =>
  Effect.gen(function*() {
    const { intercept } = yield* Interception
    const { clients } = yield* Identities
    const go = yield* Deferred.make<void>()
    yield* intercept((request, url) => {
      const answer = reviewed("subjectaccessreviews", { allowed: true })(request, url)
      return answer && Effect.andThen(Deferred.await(go), answer)
    })
    const port = yield* LoopbackHttps.port
    const session = yield* Effect.acquireRelease(
      Effect.sync(() => connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false })),
      (session) => Effect.sync(() => session.destroy())
    )
    /** Each asks about another node, so that each waits for an answer of its own. */
    const crowd = yield* Effect.forEach(
      Array.from({ length: 100 }),
      (_, i) =>
        Effect.forkChild(Effect.callback<number>((resume) => {
          const stream = session.request({ ":path": `${path}/node-${i}`, ...bearer(tokens.reader) })
          stream.on("response", (headers) => resume(Effect.succeed(headers[":status"] ?? 0)))
          stream.resume()
        }))
    )
    yield* Effect.repeat(WholeServer.pass(1), { times: 2 })
    const late = yield* http2({ port, path, headers: bearer(tokens.reader) })
    assert.deepStrictEqual([late.status, late.headers["retry-after"]], [429, "1"])
    assert.strictEqual(JSON.parse(late.body.toString()).reason, "TooManyRequests")
    assert.strictEqual(yield* ask({ pair: clients.admin }), "200")
    assert.strictEqual(yield* ask({ path: "/livez" }), "200")
    yield* Deferred.succeed(go, undefined)
    for (const each of crowd) assert.strictEqual(yield* Fiber.join(each), 404)
    yield* intercept(nothing)
  }).pipe(Effect.scoped))
