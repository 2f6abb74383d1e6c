/** Connections to real TLS servers: which are kept, which resumed, and what is shown to whom. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { createServer, type Server } from "node:https"
import type { AddressInfo } from "node:net"
import { createSecureContext, type TLSSocket } from "node:tls"
import { KubeletConnections, type Options } from "../../src/scrape/KubeletConnections.ts"
import { ResponseReader } from "../../src/scrape/ResponseReader.ts"
import * as Authority from "../../src/simulate/Authority.ts"

/** A kubelet that remembers what it was asked over which connection. */
const kubeletOf = Effect.fnUntraced(function*(authority: Authority.Authority, commonName = "kubelet") {
  const pair = yield* authority.issueServer({ commonName, addresses: ["127.0.0.1"] })
  const requests: Array<{ readonly socket: TLSSocket; readonly resumed: boolean; readonly token: string | undefined }> =
    []
  let connections = 0
  const server = createServer(pair, ({ headers, socket }, response) => {
    const secure = socket as TLSSocket
    requests.push({ socket: secure, resumed: secure.isSessionReused(), token: headers.authorization })
    response.end(`page ${requests.length}`)
  })
  server.on("secureConnection", () => connections++)
  const port = yield* Effect.acquireRelease(listening(server), () =>
    Effect.sync(() => {
      server.close()
      server.closeAllConnections()
    }))
  const endpoint = { address: "127.0.0.1", port }
  return { authority, endpoint, requests, server, connections: () => connections }
})

const kubelet = Effect.flatMap(Authority.make("kubelet-ca"), kubeletOf)

const listening = (server: Server) =>
  Effect.callback<number>((resume) => {
    server.listen(0, "127.0.0.1", () => resume(Effect.succeed((server.address() as AddressInfo).port)))
  })

const secure = (ca: string) => ({ context: createSecureContext({ ca }), rejectUnauthorized: true })

/** What believes no kubelet here. */
const byOthers = Effect.map(Authority.make("another-ca"), ({ cert }) => secure(cert))

const connectionsWith = (ca: string, options: Partial<Options> = {}) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const connections = new KubeletConnections({ maxIdle: 10, maxBody: 1024 * 1024, ...options })
      connections.secureBy(secure(ca))
      return connections
    }),
    (connections) => Effect.sync(() => connections.closeAll())
  )

/** The body, or what went wrong. */
const get = (connections: KubeletConnections, endpoint: { readonly address: string; readonly port: number }) =>
  Effect.callback<string, Error>((resume) => {
    const request = "GET / HTTP/1.1\r\nHost: kubelet\r\nAuthorization: Bearer secret\r\n\r\n"
    const abort = connections.exchange(endpoint, request, (outcome) => {
      if (!(outcome instanceof ResponseReader)) return resume(Effect.fail(outcome))
      const { body, problem } = outcome
      resume(
        problem === undefined ? Effect.succeed(Buffer.from(body).toString()) : Effect.fail(new Error(problem.detail))
      )
    })
    return Effect.sync(abort)
  })

/** What a kubelet that is not believed comes to. */
const assertRefused = Effect.fnUntraced(function*(...asked: Parameters<typeof get>) {
  const error = yield* Effect.flip(get(...asked))
  assert.strictEqual("code" in error ? error.code : "", "UNABLE_TO_VERIFY_LEAF_SIGNATURE")
})

const closed = (socket: TLSSocket) =>
  Effect.callback<void>((resume) => {
    if (socket.destroyed) resume(Effect.void)
    else socket.once("close", () => resume(Effect.void))
  })

describe("connections to kubelets", () => {
  it.live("are kept from one request to the next", () =>
    Effect.gen(function*() {
      const { authority, connections, endpoint } = yield* kubelet
      const ours = yield* connectionsWith(authority.cert)
      for (const page of [1, 2, 3]) assert.strictEqual(yield* get(ours, endpoint), `page ${page}`)
      assert.strictEqual(connections(), 1)
    }))

  it.live("that there is no room for end after each request, and are resumed", () =>
    Effect.gen(function*() {
      const { authority, endpoint, requests } = yield* kubelet
      const ours = yield* connectionsWith(authority.cert, { maxIdle: 0 })
      for (const _ of [1, 2, 3]) yield* get(ours, endpoint)
      assert.deepStrictEqual(requests.map(({ resumed }) => resumed), [false, true, true])
    }))

  it.live("are kept where others have made room, by their end or because nobody used them", () =>
    Effect.gen(function*() {
      const first = yield* kubelet
      const second = yield* kubeletOf(first.authority)
      const ours = yield* connectionsWith(first.authority.cert, { maxIdle: 1 })
      const isKept = Effect.gen(function*() {
        yield* get(ours, second.endpoint)
        const before = second.connections()
        yield* get(ours, second.endpoint)
        return second.connections() === before
      })
      const makeRoom = [
        Effect.sync(() => [1, 2, 3].forEach(() => ours.look())),
        Effect.sync(() => first.requests.at(-1)?.socket.destroy())
      ]
      for (const goes of makeRoom) {
        yield* get(ours, first.endpoint)
        assert.isFalse(yield* isKept)
        yield* goes
        // When we hear that a connection has ended is the system's business.
        assert.isTrue(yield* Effect.repeat(isKept, { until: (kept) => kept, times: 50 }))
        // Room for the next round.
        for (const _ of [1, 2, 3]) ours.look()
      }
    }))

  it.live("that the kubelet has ended in between are made anew, and no request is lost", () =>
    Effect.gen(function*() {
      const { authority, connections, endpoint, requests } = yield* kubelet
      const ours = yield* connectionsWith(authority.cert)
      yield* get(ours, endpoint)
      // Ended without our knowing it yet: the next request finds out.
      requests[0]?.socket.destroy()
      assert.strictEqual(yield* get(ours, endpoint), "page 2")
      assert.strictEqual(connections(), 2)
    }))

  it.live("that nobody uses any more are closed", () =>
    Effect.gen(function*() {
      const { authority, endpoint, requests } = yield* kubelet
      const ours = yield* connectionsWith(authority.cert)
      yield* get(ours, endpoint)
      for (const _ of [1, 2, 3]) ours.look()
      yield* Effect.forEach(requests, ({ socket }) => closed(socket))
    }))

  it.live("carry nothing further when something else secures them", () =>
    Effect.gen(function*() {
      const { authority, connections, endpoint } = yield* kubelet
      const ours = yield* connectionsWith(authority.cert)
      yield* get(ours, endpoint)
      ours.secureBy(secure(authority.cert))
      yield* get(ours, endpoint)
      assert.strictEqual(connections(), 2)
      ours.secureBy(yield* byOthers)
      yield* assertRefused(ours, endpoint)
    }))

  it.live("are not resumed by a session from before something else secured them", () =>
    Effect.gen(function*() {
      const { authority, endpoint } = yield* kubelet
      const ours = yield* connectionsWith(authority.cert, { maxIdle: 0 })
      yield* get(ours, endpoint)
      ours.secureBy(yield* byOthers)
      yield* assertRefused(ours, endpoint)
    }))

  it.live("are not resumed by a session of a request that was under way then", () =>
    Effect.gen(function*() {
      const { authority, endpoint, server } = yield* kubelet
      const ours = yield* connectionsWith(authority.cert)
      const others = yield* byOthers
      server.prependOnceListener("request", () => ours.secureBy(others))
      assert.strictEqual(yield* get(ours, endpoint), "page 1")
      yield* assertRefused(ours, endpoint)
    }))

  it.live("that were under way when something else secures them end with their answer", () =>
    Effect.gen(function*() {
      const { authority, connections, endpoint, requests, server } = yield* kubelet
      const ours = yield* connectionsWith(authority.cert)
      server.prependOnceListener("request", () => ours.secureBy(secure(authority.cert)))
      assert.strictEqual(yield* get(ours, endpoint), "page 1")
      assert.strictEqual(yield* get(ours, endpoint), "page 2")
      assert.strictEqual(connections(), 2)
      yield* closed(requests[0]!.socket)
    }))

  it.live("on which something comes that nobody asked for are closed", () =>
    Effect.gen(function*() {
      const { authority, connections, endpoint, requests, server } = yield* kubelet
      // The kubelet itself closes none.
      server.keepAliveTimeout = 0
      const ours = yield* connectionsWith(authority.cert)
      yield* get(ours, endpoint)
      const { socket } = requests[0]!
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged")
      yield* closed(socket)
      assert.strictEqual(yield* get(ours, endpoint), "page 2")
      assert.strictEqual(connections(), 2)
    }))

  it.live("that break off within an answer ask no second time", () =>
    Effect.gen(function*() {
      const { authority, endpoint, server } = yield* kubelet
      const ours = yield* connectionsWith(authority.cert)
      yield* get(ours, endpoint)
      let asked = 0
      server.removeAllListeners("request").on("request", (_, response) => {
        asked++
        response.writeHead(200, { "content-length": 100 }).write("half a page", () => response.destroy())
      })
      yield* Effect.flip(get(ours, endpoint))
      assert.strictEqual(asked, 1)
    }))

  it.live("show nothing to a kubelet that is not believed", () =>
    Effect.gen(function*() {
      const { endpoint, requests } = yield* kubelet
      const ours = yield* connectionsWith((yield* Authority.make("another-ca")).cert)
      yield* assertRefused(ours, endpoint)
      assert.deepStrictEqual(requests, [])
    }))

  it.live("are to nobody whose certificate names the host as its common name alone", () =>
    Effect.gen(function*() {
      const authority = yield* Authority.make("kubelet-ca")
      const { endpoint, requests } = yield* kubeletOf(authority, "localhost")
      const ours = yield* connectionsWith(authority.cert)
      const error = yield* Effect.flip(get(ours, { ...endpoint, address: "localhost" }))
      assert.strictEqual("code" in error ? error.code : "", "ERR_TLS_CERT_ALTNAME_INVALID")
      assert.deepStrictEqual(requests, [])
      assert.strictEqual(yield* get(ours, endpoint), "page 1")
    }))

  it.live("end with an interrupted request", () =>
    Effect.gen(function*() {
      const { authority, endpoint, server } = yield* kubelet
      const ours = yield* connectionsWith(authority.cert)
      server.removeAllListeners("request")
      const asked = Effect.callback<TLSSocket>((resume) => {
        server.once("request", ({ socket }) => resume(Effect.succeed(socket as TLSSocket)))
      })
      const socket = yield* Effect.raceFirst(asked, Effect.orDie(Effect.andThen(get(ours, endpoint), Effect.never)))
      yield* closed(socket)
    }))
})
