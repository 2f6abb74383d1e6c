/** Where the simulated API server is reached: a port of 127.0.0.1, which it may leave and come back to. */
import { Context, Effect, Layer } from "effect"
import { ApiServer } from "./ApiServer.ts"
import { fromSocket, PeerCertificate } from "./Authentication.ts"
import { Identities } from "./Identities.ts"
import * as Loopback from "./Loopback.ts"

export class ApiListener extends Context.Service<ApiListener, {
  readonly url: string
  /** Nobody answers, and whatever is under way breaks. What it stores stays. */
  readonly leave: Effect.Effect<void>
  readonly comeBack: Effect.Effect<void, Loopback.ListenError>
}>()("metrics-server/simulate/ApiListener") {
  static readonly layer = Layer.effect(
    ApiListener,
    Effect.gen(function*() {
      const { app } = yield* ApiServer
      const { clusterCa } = yield* Identities
      const pair = yield* clusterCa.issueServer({
        commonName: "kube-apiserver",
        addresses: ["127.0.0.1"],
        names: ["kubernetes", "kubernetes.default", "kubernetes.default.svc", "localhost"]
      })
      const server = yield* Loopback.secureServer(
        Effect.provideService(app, PeerCertificate, fromSocket),
        { ...pair, clientCa: clusterCa.cert }
      )
      const { comeBack, leave, port } = yield* Loopback.listen(0, (socket) => server.emit("connection", socket))
      return { url: `https://127.0.0.1:${port}`, leave, comeBack }
    })
  )
}
