import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { HttpServer, HttpServerRequest, HttpServerResponse } from "effect/http"
import { type ClientHttp2Session, connect } from "node:http2"
import * as Pace from "../../src/serve/Pace.ts"
import { http1 } from "../fixtures/HttpsClient.ts"
import * as LoopbackHttps from "../fixtures/LoopbackHttps.ts"

/** As large as the list of all pods of a large cluster. */
const large = Buffer.alloc(40_000_000, "pods and pods and ")

const served = HttpServer.serve(Effect.map(HttpServerRequest.HttpServerRequest, ({ url }) =>
  Pace.pace(
    url === "/large"
      ? HttpServerResponse.uint8Array(large, { contentType: "application/json" })
      : HttpServerResponse.text("small")
  ))).pipe(Layer.provideMerge(LoopbackHttps.layer))

const session = Effect.flatMap(LoopbackHttps.port, (port) =>
  Effect.acquireRelease(
    Effect.sync(() => connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false })),
    (session) => Effect.sync(() => session.destroy())
  ))

/** An answer that has begun; its body is read when it is asked for. */
const begun = (session: ClientHttp2Session, path: string) =>
  Effect.callback<Effect.Effect<Buffer, Error>, Error>((resume) => {
    const stream = session.request({ ":path": path })
    const chunks: Array<Buffer> = []
    const body = Effect.callback<Buffer, Error>((resume) => {
      stream.on("error", (error) => resume(Effect.fail(error)))
      stream.on("end", () => resume(Effect.succeed(Buffer.concat(chunks))))
      stream.on("data", (chunk: Buffer) => chunks.push(chunk))
    })
    stream.on("error", (error) => resume(Effect.fail(error)))
    stream.on("response", () => resume(Effect.succeed(body)))
  })

it.live("large answers that wait to be taken are in no other request's way, and are whole in the end", () =>
  Effect.gen(function*() {
    const one = yield* session
    const waiting = yield* Effect.forEach(Array.from({ length: 20 }), () => begun(one, "/large"))
    for (let i = 0; i < 150; i++) {
      assert.strictEqual((yield* yield* begun(one, "/small")).toString(), "small")
    }
    assert.isTrue(large.equals(yield* waiting[0]!))
    assert.isTrue(large.equals((yield* http1({ port: yield* LoopbackHttps.port, path: "/large" })).body))
  }).pipe(Effect.scoped, Effect.provide(served)))

it.live("an answer says how long it is, in pieces or not", () =>
  Effect.gen(function*() {
    const port = yield* LoopbackHttps.port
    const { headers } = yield* http1({ port, path: "/large" })
    assert.strictEqual(headers["content-length"], String(large.length))
    assert.strictEqual(headers["content-type"], "application/json")
  }).pipe(Effect.provide(served)))
