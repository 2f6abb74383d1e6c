/** A small simulated cluster, and clients of its API server. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import Undici from "@effect/platform-node/Undici"
import { Effect, Fiber, Queue, Stream } from "effect"
import { HttpClient, HttpClientRequest, type HttpClientResponse, HttpServerResponse } from "effect/http"
import { ApiServer } from "../../src/simulate/ApiServer.ts"
import * as Cluster from "../../src/simulate/Cluster.ts"
import { Identities, tokens } from "../../src/simulate/Identities.ts"
import * as MemoryHttp from "../../src/simulate/MemoryHttp.ts"
import * as Simulation from "../../src/simulate/Simulation.ts"

export const cluster = Cluster.generate({ nodes: 2, podsPerNode: 6, containersPerPod: 1 })

export const onLoopback = Simulation.layer({ cluster })

/** Without sockets; behind its aggregation layer nobody is at home. */
export const inMemory = Simulation.layerMemory({
  cluster,
  dispatch: () => Effect.succeed(HttpServerResponse.empty({ status: 404 }))
})

/** Asks as an administrator, unless a request says otherwise. */
const administered = (client: HttpClient.HttpClient, url: string) =>
  HttpClient.mapRequest(client, (request) =>
    HttpClientRequest.prependUrl(
      request.headers["authorization"] === undefined
        ? HttpClientRequest.bearerToken(request, tokens.admintoken)
        : request,
      url
    ))

export const overSockets = Effect.gen(function*() {
  const { clusterCa } = yield* Identities
  const { url } = yield* Simulation.Simulation
  const dispatcher = yield* Effect.acquireRelease(
    Effect.sync(() => new Undici.Agent({ allowH2: true, connect: { ca: clusterCa.cert } })),
    (agent) => Effect.promise(() => agent.destroy())
  )
  return administered(
    yield* Effect.provideService(NodeHttpClient.makeUndici, NodeHttpClient.Dispatcher, dispatcher),
    url
  )
})

export const overMemory = Effect.gen(function*() {
  const { url } = yield* Simulation.Simulation
  const { app } = yield* ApiServer
  return administered(MemoryHttp.fromApp(app), url)
})

/** As much of any answer as the tests look at. */
export interface Answer {
  readonly kind: string
  readonly apiVersion: string
  readonly code: number
  readonly reason: string
  readonly message: string
  readonly metadata: {
    readonly name: string
    readonly resourceVersion: string
    readonly continue?: string
    readonly remainingItemCount?: number
  }
  readonly status: Readonly<Record<string, unknown>>
  readonly items: ReadonlyArray<Answer>
  readonly groups: ReadonlyArray<{ readonly name: string }>
  readonly rows: ReadonlyArray<{ readonly cells: ReadonlyArray<unknown>; readonly object: Answer }>
  readonly columnDefinitions: ReadonlyArray<{ readonly name: string }>
}

export const answerOf = (response: HttpClientResponse.HttpClientResponse) =>
  Effect.map(response.json, (body) => body as unknown as Answer)

export interface Event {
  readonly type: string
  readonly object: Answer
}

/** The events of a watch, as they come. */
export const eventsOf = (response: HttpClientResponse.HttpClientResponse) =>
  response.stream.pipe(Stream.decodeText, Stream.splitLines, Stream.map((line) => JSON.parse(line) as Event))

export const metadataOnly = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"

export const ask = (client: HttpClient.HttpClient, path: string, headers: Record<string, string> = {}) =>
  Effect.flatMap(client.get(path, { headers }), answerOf)

/** Starts a watch; its events arrive in the queue. */
export const watch = Effect.fnUntraced(function*(client: HttpClient.HttpClient, path: string, accept = metadataOnly) {
  const events = yield* Queue.unbounded<Event>()
  const response = yield* client.get(path, { headers: { accept } })
  const ended = yield* eventsOf(response).pipe(
    Stream.runForEach((event) => Queue.offer(events, event)),
    Effect.exit,
    Effect.forkScoped
  )
  return { next: Queue.take(events), all: Queue.clear(events), ended: Fiber.join(ended) }
})
