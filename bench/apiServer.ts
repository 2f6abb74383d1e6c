/** The child process that bench/api.ts measures: our API over a cluster that does not change, or bare bytes over TLS. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect, FileSystem, Layer, Option } from "effect"
import { HttpServer } from "effect/http"
import { createSecureServer } from "node:http2"
import * as Https from "../src/serve/Https.ts"
import { MetricsApi } from "../src/serve/MetricsApi.ts"
import * as Routes from "../src/serve/Routes.ts"
import { versions } from "../src/serve/schema/Metrics.ts"
import * as SelfSigned from "../src/serve/SelfSigned.ts"
import * as TlsSettings from "../src/serve/TlsSettings.ts"
import * as Everyone from "../test/fixtures/Everyone.ts"
import * as ServedCluster from "../test/fixtures/ServedCluster.ts"

/** To the parent. */
export type Report =
  | { readonly _tag: "Listening"; readonly port: number }
  | { readonly _tag: "Cpu"; readonly microseconds: number }

/** From the parent: what has been used so far, or what to serve bare. */
export type Command =
  | { readonly _tag: "Cpu" }
  | { readonly _tag: "Bodies"; readonly bodies: ReadonlyArray<{ readonly key: string; readonly body: Uint8Array }> }

export const keyOf = (path: string, accept: string) => `${accept} ${path}`

const send = (report: Report) => process.send?.(report)

const timestamp = Date.parse("2026-11-23T06:32:20Z")

/** 1000 nodes; 30 pods on each of the first `busyNodes`. */
const cluster = (busyNodes: number) => {
  const names = Array.from({ length: 1000 }, (_, i) => `node-${String(i).padStart(5, "0")}`)
  const usage = (i: number) => ({
    cpuNanocores: 1_000_000 + i * 7_001_000,
    memoryBytes: (16 + i % 512) * 1_048_576 + i * 1024
  })
  return ServedCluster.layer({
    nodes: names.map((name, i) => ({
      name,
      labels: {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        pool: `pool-${i % 3}`
      },
      usage: { timestamp, window: 15_003, usage: usage(i) }
    })),
    pods: names.slice(0, busyNodes).flatMap((node, i) =>
      Array.from({ length: 30 }, (_, j) => {
        const app = `app-${String((i * 30 + j) % 50).padStart(3, "0")}`
        return {
          namespace: `ns-${String(j % 20).padStart(2, "0")}`,
          name: `${app}-6d4cf56db6-${String(i * 30 + j).padStart(6, "0")}`,
          labels: { app, "pod-template-hash": "6d4cf56db6" },
          usage: { timestamp, window: 15_003, node, containers: [{ name: "main", usage: usage(i * 30 + j) }] }
        }
      })
    )
  })
}

const ours = (busyNodes: number) =>
  Effect.gen(function*() {
    const dir = yield* (yield* FileSystem.FileSystem).makeTempDirectoryScoped()
    const protocols = TlsSettings.defaults
    const certificate = { given: Option.none(), dir, names: ["127.0.0.1"] }
    const https = Https.layer({ bindAddress: "127.0.0.1", port: 0, certificate, protocols })
    const server = Layer.effectDiscard(Effect.map(HttpServer.HttpServer, ({ address }) =>
      send({ _tag: "Listening", port: "port" in address ? address.port : 0 })))
    return yield* Layer.launch(
      Layer.merge(Routes.layer({ version: "0.0.0", extra: [] }), server).pipe(
        Layer.provide([MetricsApi.layer({ versions }), Everyone.layer]),
        Layer.provide(cluster(busyNodes)),
        Layer.provide(https)
      )
    )
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))

/** The least that Node.js needs for the same answers. */
const bare = Effect.gen(function*() {
  const bodies = yield* Effect.callback<ReadonlyMap<string, Uint8Array>>((resume) => {
    process.once("message", (command: Command) => {
      if (command._tag === "Bodies") resume(Effect.succeed(new Map(command.bodies.map(({ body, key }) => [key, body]))))
    })
  })
  const server = createSecureServer({ ...yield* SelfSigned.make(["127.0.0.1"]), allowHTTP1: true })
  server.on("request", (request, response) => {
    const accept = String(request.headers["accept"])
    const body = bodies.get(keyOf(request.url, accept))
    response.writeHead(body === undefined ? 404 : 200, { "content-type": accept, "cache-control": "no-cache, private" })
    response.end(body ?? "")
  })
  server.listen(0, "127.0.0.1", () => {
    const address = server.address()
    send({ _tag: "Listening", port: typeof address === "object" && address !== null ? address.port : 0 })
  })
  return yield* Effect.never
})

if (process.send !== undefined) {
  process.on("message", (command: Command) => {
    if (command._tag !== "Cpu") return
    const { system, user } = process.cpuUsage()
    send({ _tag: "Cpu", microseconds: system + user })
  })
  process.on("disconnect", () => process.exit(0))
  const busyNodes = Number(process.argv[2])
  Effect.runFork(busyNodes > 0 ? ours(busyNodes) : bare)
}
