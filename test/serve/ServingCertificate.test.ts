import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Logger, Option, Queue } from "effect"
import { HttpServer, HttpServerRequest, HttpServerResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { Agent, request, type RequestOptions } from "node:https"
import type { TLSSocket } from "node:tls"
import * as LoopbackHttps from "../fixtures/LoopbackHttps.ts"
import * as Pki from "../fixtures/Pki.ts"
import * as SecretMount from "../fixtures/SecretMount.ts"

/** Answers with the name in the certificate that the client shows, and logs into a queue. */
const serving = (wanted: LoopbackHttps.Wanted, logs: Queue.Queue<string>) =>
  HttpServer.serve(Effect.map(HttpServerRequest.HttpServerRequest, (request) => {
    const socket = NodeHttpServerRequest.toIncomingMessage(request).socket as TLSSocket
    return HttpServerResponse.text(String(socket.getPeerCertificate().subject?.CN ?? "nobody"))
  })).pipe(
    Layer.provideMerge(LoopbackHttps.layerOf(wanted)),
    Layer.provide(Logger.layer([Logger.make(({ message }) => Queue.offerUnsafe(logs, String(message)))]))
  )

/** The name in the certificate that a client is shown, and the one that the server says it has. */
const ask = Effect.fnUntraced(function*(options: RequestOptions = {}) {
  const port = yield* LoopbackHttps.port
  return yield* Effect.callback<string, Error>((resume) => {
    const all = { host: "127.0.0.1", port, rejectUnauthorized: false, agent: false as const, ...options }
    const outgoing = request(all, (response) => {
      const shown = (response.socket as TLSSocket).getPeerCertificate().subject.CN
      response.on("data", (body: Buffer) => resume(Effect.succeed(`${shown} to ${body}`)))
    })
    outgoing.on("error", (error) => resume(Effect.fail(error)))
    outgoing.end()
  })
})

const files = ({ cert, key }: Pki.Pair) => ({ "tls.crt": cert, "tls.key": key })

const keeping = Effect.acquireRelease(
  Effect.sync(() => new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false })),
  (agent) => Effect.sync(() => agent.destroy())
)

/** At a time when they are valid. */
const pairs = Effect.gen(function*() {
  yield* TestClock.setTime(Date.UTC(2026, 10, 25))
  const ca = yield* Pki.authority("it")
  const [first, second, third] = yield* Effect.all([
    ca.server({ cn: "1" }),
    ca.server({ cn: "2" }),
    ca.server({ cn: "3" })
  ])
  return { first, second, third, client: yield* ca.client({ cn: "jane" }) }
})

it.effect("a serving pair that is replaced is shown to new connections, and the old ones go on", () =>
  Effect.gen(function*() {
    const { first, second, third } = yield* pairs
    const { directory, replace } = yield* SecretMount.make(files(first))
    const given = Option.some({ certFile: `${directory}/tls.crt`, keyFile: `${directory}/tls.key` })
    const logs = yield* Queue.unbounded<string>()
    yield* Effect.gen(function*() {
      const agent = yield* keeping
      const after = Effect.fnUntraced(function*(pair: Pki.Pair) {
        yield* replace(files(pair))
        yield* TestClock.adjust("10 seconds")
        const log = yield* Queue.take(logs)
        return { log, shown: yield* ask(), kept: yield* ask({ agent }) }
      })
      assert.strictEqual(yield* ask({ agent }), "1 to nobody")
      const log = "a new serving certificate is in use"
      assert.deepStrictEqual(yield* after(second), { log, shown: "2 to nobody", kept: "1 to nobody" })
      const half = yield* after({ cert: third.cert, key: second.key })
      assert.match(half.log, /it is not the key of the certificate; .*; the one before stays in use$/)
      assert.strictEqual(half.shown, "2 to nobody")
      assert.deepStrictEqual(yield* after(third), { log, shown: "3 to nobody", kept: "1 to nobody" })
    }).pipe(Effect.provide(serving({ certificate: { given } }, logs)))
  }).pipe(Effect.provide(NodeServices.layer)))

it.effect("a pair that has expired is shown where there is no other, and does not take the place of a good one", () =>
  Effect.gen(function*() {
    const { first } = yield* pairs
    const ca = yield* Pki.authority("it")
    const spent = yield* ca.server({ cn: "spent", notAfter: new Date(Date.UTC(2026, 10, 24)) })
    const { directory, replace } = yield* SecretMount.make(files(spent))
    const given = Option.some({ certFile: `${directory}/tls.crt`, keyFile: `${directory}/tls.key` })
    const logs = yield* Queue.unbounded<string>()
    yield* Effect.gen(function*() {
      const after = Effect.fnUntraced(function*(pair: Pki.Pair) {
        yield* replace(files(pair))
        yield* TestClock.adjust("10 seconds")
        return { log: yield* Queue.take(logs), shown: yield* ask() }
      })
      assert.match(
        yield* Queue.take(logs),
        /^--tls-cert-file=.*: it expired at 2026-11-24T00:00:00.000Z, and is shown all the same; have it renewed/
      )
      assert.strictEqual(yield* ask(), "spent to nobody")
      assert.deepStrictEqual(yield* after(first), { log: "a new serving certificate is in use", shown: "1 to nobody" })
      const { log, shown } = yield* after(spent)
      assert.match(log, /it expired at 2026-11-24T00:00:00.000Z; .*; the one before stays in use$/)
      assert.strictEqual(shown, "1 to nobody")
      assert.deepStrictEqual(yield* Queue.clear(logs), [])
    }).pipe(Effect.provide(serving({ certificate: { given } }, logs)))
  }).pipe(Effect.provide(NodeServices.layer)))

it.effect("who names the server it means is shown that one's certificate, which is followed too", () =>
  Effect.gen(function*() {
    const { client, first, second, third } = yield* pairs
    const { directory, replace } = yield* SecretMount.make(files(second))
    const everybody = yield* SecretMount.make(files(first))
    const given = Option.some({ certFile: `${everybody.directory}/tls.crt`, keyFile: `${everybody.directory}/tls.key` })
    const named = [{ certFile: `${directory}/tls.crt`, keyFile: `${directory}/tls.key`, names: ["*.example"] }]
    const logs = yield* Queue.unbounded<string>()
    yield* Effect.gen(function*() {
      assert.strictEqual(yield* ask(), "1 to nobody")
      assert.strictEqual(yield* ask({ servername: "other.test" }), "1 to nobody")
      assert.strictEqual(yield* ask({ servername: "a.example", ...client }), "2 to jane")
      yield* replace(files({ cert: third.cert, key: second.key }))
      yield* TestClock.adjust("10 seconds")
      assert.match(yield* Queue.take(logs), /^cannot use --tls-sni-cert-key=.*; the one before stays in use$/)
      assert.strictEqual(yield* ask({ servername: "a.example" }), "2 to nobody")
      yield* replace(files(third))
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* Queue.take(logs), `a new certificate of ${directory}/tls.crt is in use`)
      assert.strictEqual(yield* ask({ servername: "a.example", ...client }), "3 to jane")
      assert.strictEqual(yield* ask(), "1 to nobody")
    }).pipe(Effect.provide(serving({ certificate: { given, named } }, logs)))
  }).pipe(Effect.provide(NodeServices.layer)))

it.effect("a certificate for a name that cannot be used is told at start", () =>
  Effect.gen(function*() {
    const named = [{ certFile: "/no/such.crt", keyFile: "/no/such.key", names: [] }]
    const error = yield* Effect.flip(Layer.build(LoopbackHttps.layerOf({ certificate: { named } })))
    assert.match(error.message, /^cannot use --tls-sni-cert-key=\/no\/such.crt: it cannot be read \(NotFound\); give /)
  }))
