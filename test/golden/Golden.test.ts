/** Clients cannot tell this server from the original: what it was asked is asked again, over real sockets. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as HttpsClient from "../fixtures/HttpsClient.ts"
import * as LoopbackHttps from "../fixtures/LoopbackHttps.ts"
import * as WholeServer from "../fixtures/WholeServer.ts"
import { differences } from "./Comparison.ts"
import * as Credentials from "./Credentials.ts"
import { cluster, type Exchange, exchanges } from "./Recorded.ts"

const server = WholeServer.layer({ cluster, flags: { "runtime-config": ["metrics.k8s.io/v1=false"] } }).pipe(
  Layer.provideMerge(LoopbackHttps.layer)
)

/** The original had run for minutes. */
const warm = Layer.effectDiscard(WholeServer.pass(40)).pipe(
  Layer.provideMerge(server),
  Layer.provide(Layer.effectDiscard(WholeServer.begin))
)

const ask = Effect.fnUntraced(function*(exchange: Exchange) {
  const { body, http1, method, path } = exchange
  const client = http1 ? HttpsClient.http1 : HttpsClient.http2
  return yield* client({ port: yield* LoopbackHttps.port, method, path, body, ...yield* Credentials.of(exchange) })
})

const comparable = exchanges.filter((it) => it.compare !== "skip")

layer(warm)("the original's answers", (it) => {
  it.effect.each(comparable.map((exchange) => [exchange.name, exchange] as const))(
    "%s",
    ([, exchange]) =>
      Effect.gen(function*() {
        assert.deepStrictEqual(differences(exchange, yield* ask(exchange)), [])
      })
  )

  it("are asserted, all but those that are about Go", () => {
    assert.lengthOf(comparable, 494)
  })
})
