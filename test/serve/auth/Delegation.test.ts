/** Where another kube-apiserver than that of the nodes knows whom to believe and who may do what. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { RequestListener } from "node:http"
import { json } from "node:stream/consumers"
import { tokens } from "../../../src/simulate/Identities.ts"
import { http2 } from "../../fixtures/HttpsClient.ts"
import * as LoopbackHttps from "../../fixtures/LoopbackHttps.ts"
import * as TlsApiServer from "../../fixtures/TlsApiServer.ts"
import * as WholeServer from "../../fixtures/WholeServer.ts"

interface Review {
  readonly kind: string
  readonly spec: { readonly token?: string; readonly user?: string }
}

const statusOf = ({ kind, spec }: Review) =>
  kind === "TokenReview"
    ? { authenticated: spec.token === "from-elsewhere", user: { username: "stranger" } }
    : { allowed: spec.user === "stranger" }

/** Answers reviews; every list is empty, and no watch says anything. */
const listener: RequestListener = async (request, response) => {
  if (request.method === "POST") {
    const status = statusOf(await json(request) as Review)
    response.writeHead(201, { "content-type": "application/json" }).end(JSON.stringify({ status }))
  } else if (request.url?.includes("watch=true")) response.writeHead(200).flushHeaders()
  else response.writeHead(200).end(JSON.stringify({ metadata: { resourceVersion: "1" }, items: [] }))
}

it.effect("its word counts, and that of the other does not", () =>
  Effect.gen(function*() {
    const { entry } = yield* TlsApiServer.make({ listener })
    const directory = yield* TlsApiServer.files({ kubeconfig: TlsApiServer.kubeconfig(entry, { token: "ours" }) })
    const kubeconfig = [`${directory}/kubeconfig`]
    const server = WholeServer.layer({
      cluster: WholeServer.cluster,
      flags: { "authentication-kubeconfig": kubeconfig, "authorization-kubeconfig": kubeconfig }
    }).pipe(Layer.provideMerge(LoopbackHttps.layer))

    yield* WholeServer.begin
    yield* Effect.gen(function*() {
      const port = yield* LoopbackHttps.port
      const ask = (token: string) =>
        http2({ port, path: "/apis/metrics.k8s.io/v1/nodes", headers: { authorization: `Bearer ${token}` } })
      assert.strictEqual((yield* ask("from-elsewhere")).status, 200)
      assert.strictEqual((yield* ask(tokens.reader)).status, 401)
    }).pipe(Effect.provide(server))
  }).pipe(Effect.provide(NodeServices.layer)))
