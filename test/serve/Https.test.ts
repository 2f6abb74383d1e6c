import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, FileSystem, Layer, Option, Result, type Scope, Struct } from "effect"
import { HttpServer, HttpServerRequest, HttpServerResponse } from "effect/http"
import { connect as connectHttp2, type Settings } from "node:http2"
import { connect } from "node:net"
import { type PerformanceEntry, PerformanceObserver } from "node:perf_hooks"
import { connect as connectTls, type ConnectionOptions, createSecureContext, getCiphers } from "node:tls"
import * as ConnectionLimits from "../../src/serve/ConnectionLimits.ts"
import * as Https from "../../src/serve/Https.ts"
import * as TlsSettings from "../../src/serve/TlsSettings.ts"
import { http1, http2 } from "../fixtures/HttpsClient.ts"

const options = Effect.fnUntraced(function*(more: Partial<Https.Options> = {}): Effect.fn.Return<
  Https.Options,
  never,
  FileSystem.FileSystem | Scope.Scope
> {
  const fs = yield* FileSystem.FileSystem
  const dir = yield* Effect.orDie(fs.makeTempDirectoryScoped())
  return {
    bindAddress: "127.0.0.1",
    port: 0,
    certificate: { given: Option.none(), dir, names: ["localhost", "127.0.0.1"], named: [] },
    protocols: TlsSettings.defaults,
    limits: ConnectionLimits.defaults,
    ...more
  }
})

const portOf = (server: HttpServer.HttpServer["Service"]) =>
  "port" in server.address ? server.address.port : assert.fail("listens on no port")

/** Starts a server and says its port. */
const serve = Effect.fnUntraced(function*(
  app: Effect.Effect<HttpServerResponse.HttpServerResponse, never, HttpServerRequest.HttpServerRequest>,
  more: Partial<Https.Options> = {}
) {
  const context = yield* Layer.build(Layer.provideMerge(HttpServer.serve(app), Https.layer(yield* options(more))))
  return portOf(yield* Effect.provide(HttpServer.HttpServer, context))
})

const hello = Effect.map(
  HttpServerRequest.HttpServerRequest,
  (request) => HttpServerResponse.text(`hello from ${request.url}`)
)

/** The version of TLS that a client comes in by. */
const handshake = (port: number, options: ConnectionOptions = {}) =>
  Effect.callback<string>((resume) => {
    const socket = connectTls({ ...options, port, host: "127.0.0.1", rejectUnauthorized: false }, () => {
      resume(Effect.succeed(String(socket.getProtocol())))
      socket.destroy()
    })
    socket.on("error", () => resume(Effect.succeed("refused")))
  })

/** Whether a client that comes again takes up its session from before. */
const resumes = (port: number, options: ConnectionOptions) => {
  const visit = (before: { readonly session?: Buffer }) =>
    Effect.callback<{ resumed: boolean; session?: Buffer }>((resume) => {
      const socket = connectTls({ ...options, ...before, port, host: "127.0.0.1", rejectUnauthorized: false })
      const visited: { resumed: boolean; session?: Buffer } = { resumed: false }
      socket.on("secureConnect", () => {
        visited.resumed = socket.isSessionReused()
        socket.end("GET / HTTP/1.1\r\nHost: it\r\nConnection: close\r\n\r\n")
      })
      socket.on("session", (session) => {
        visited.session = session
      })
      socket.on("close", () => resume(Effect.succeed(visited)))
      socket.resume()
    })
  return Effect.map(Effect.flatMap(visit({}), visit), ({ resumed }) => resumed)
}

/** How many frames a client gets over HTTP/2 on a connection with so many requests, one after another. */
const framesOf = (port: number, requests: number) =>
  Effect.callback<number>((resume) => {
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as ReadonlyArray<unknown> as ReadonlyArray<Measured>) {
        const { framesReceived, type } = entry.detail
        if (entry.name === "Http2Session" && type === "client") resume(Effect.succeed(framesReceived))
      }
    })
    observer.observe({ entryTypes: ["http2"] })
    const session = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false })
    const ask = (left: number) => {
      if (left === 0) return session.close()
      session.request({ ":path": "/" }).on("close", () => ask(left - 1)).resume()
    }
    ask(requests)
    return Effect.sync(() => observer.disconnect())
  })

/** https://nodejs.org/api/perf_hooks.html#performanceentrydetail, of HTTP/2. */
interface Measured extends PerformanceEntry {
  readonly detail: { readonly type: "server" | "client"; readonly framesReceived: number }
}

describe("Https", () => {
  it.live("ends a response over HTTP/2 with the frame of its body", () =>
    Effect.gen(function*() {
      const port = yield* serve(hello)
      const [one, eleven] = [yield* framesOf(port, 1), yield* framesOf(port, 11)]
      assert.strictEqual(eleven - one, 10 * 2)
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

  it.live("speaks HTTP/2, and HTTP/1.1 with those who do not", () =>
    Effect.gen(function*() {
      const port = yield* serve(hello)
      for (const client of [http2, http1]) {
        const answer = yield* client({ port, path: "/a//b/../c?d=%20" })
        assert.strictEqual(answer.status, 200)
        assert.strictEqual(answer.body.toString(), "hello from /a//b/../c?d=%20")
      }
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

  it.live("refuses TLS older than 1.2, or than it is told", () =>
    Effect.gen(function*() {
      const old = { ciphers: "DEFAULT@SECLEVEL=0", minVersion: "TLSv1", maxVersion: "TLSv1.1" } as const
      const port = yield* serve(hello)
      assert.strictEqual(yield* handshake(port, old), "refused")
      assert.strictEqual(yield* handshake(port, { maxVersion: "TLSv1.2" }), "TLSv1.2")
      const strict = yield* serve(hello, { protocols: { ...TlsSettings.defaults, tlsMinVersion: "VersionTLS13" } })
      assert.strictEqual(yield* handshake(strict, { maxVersion: "TLSv1.2" }), "refused")
      assert.strictEqual(yield* handshake(strict), "TLSv1.3")
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

  it.live("resumes no session: it would have lost what a client sent along with its certificate", () =>
    Effect.gen(function*() {
      const port = yield* serve(hello)
      for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
        assert.isFalse(yield* resumes(port, { maxVersion }), maxVersion)
      }
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

  it.live("speaks the cipher suites that it is told, and those of TLS 1.3", () =>
    Effect.gen(function*() {
      const tlsCipherSuites = ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"] as const
      const port = yield* serve(hello, { protocols: { ...TlsSettings.defaults, tlsCipherSuites } })
      const by = (ciphers: string) => handshake(port, { maxVersion: "TLSv1.2", ciphers })
      assert.strictEqual(yield* by("ECDHE-ECDSA-AES256-GCM-SHA384"), "TLSv1.2")
      assert.strictEqual(yield* by("ECDHE-ECDSA-AES128-GCM-SHA256"), "refused")
      assert.strictEqual(yield* handshake(port), "TLSv1.3")
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

  it.live("OpenSSL knows every cipher suite that can be chosen, and RC4 and 3DES are not offered", () =>
    Effect.gen(function*() {
      const chosen = TlsSettings.settings.tlsCipherSuites.read([Struct.keys(TlsSettings.suites).join(",")])
      const { ciphers = "" } = TlsSettings.contextOf({
        ...TlsSettings.defaults,
        tlsCipherSuites: Result.getOrThrow(chosen)
      })
      assert.includeMembers(getCiphers(), ciphers.toLowerCase().split(":"))
      assert.notMatch(ciphers, /RC4|3DES|DES-CBC3|undefined/)
    }))

  it.live("agrees on keys by the groups that it is told, and OpenSSL knows every group that can be chosen", () =>
    Effect.gen(function*() {
      const port = yield* serve(hello, { protocols: { ...TlsSettings.defaults, tlsCurvePreferences: ["24"] } })
      assert.strictEqual(yield* handshake(port, { ecdhCurve: "P-384" }), "TLSv1.3")
      assert.strictEqual(yield* handshake(port, { ecdhCurve: "P-256" }), "refused")
      for (const curve of Struct.keys(TlsSettings.curves)) {
        createSecureContext(TlsSettings.contextOf({ ...TlsSettings.defaults, tlsCurvePreferences: [curve] }))
      }
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

  it.live("shares its port with others that permit it, and with nobody else", () =>
    Effect.gen(function*() {
      const port = yield* serve(hello, { permitPortSharing: true })
      assert.strictEqual(yield* serve(hello, { port, permitPortSharing: true }), port)
      const error = yield* Effect.flip(serve(hello, { port }))
      assert.strictEqual(error._tag, "ListenError")
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

  it.live("speaks HTTP/1.1 alone where that is wanted", () =>
    Effect.gen(function*() {
      const port = yield* serve(hello, { protocols: { ...TlsSettings.defaults, disableHttp2Serving: true } })
      assert.strictEqual((yield* http1({ port, path: "/" })).status, 200)
      assert.isTrue(Exit.isFailure(yield* Effect.exit(http2({ port, path: "/" }))))
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

  it.live.each([[0, 100], [7, 7]] as const)(
    "told %s, an HTTP/2 connection may have %s requests under way",
    ([told, expected]) =>
      Effect.gen(function*() {
        const protocols = { ...TlsSettings.defaults, http2MaxStreamsPerConnection: told }
        const port = yield* serve(hello, { protocols })
        const announced = yield* Effect.callback<Settings>((resume) => {
          const session = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false })
          session.on("remoteSettings", (settings) => {
            resume(Effect.succeed(settings))
            session.close()
          })
        })
        assert.strictEqual(announced.maxConcurrentStreams, expected)
        assert.strictEqual(announced.maxHeaderListSize, 131_072)
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.live("lives through noise on its port", () =>
    Effect.gen(function*() {
      const port = yield* serve(hello)
      yield* Effect.callback<void>((resume) => {
        const socket = connect(port, "127.0.0.1", () => socket.write("GET / HTTP/1.1\r\n\r\n\0\0\0"))
        socket.on("error", () => {})
        socket.on("close", () => resume(Effect.void))
        socket.resume()
      })
      assert.strictEqual((yield* http2({ port, path: "/" })).status, 200)
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

  it.live("a port in use is told, and what to do", () =>
    Effect.gen(function*() {
      const port = yield* serve(hello)
      const error = yield* Effect.flip(Layer.build(Https.layer(yield* options({ port }))))
      assert.strictEqual(error._tag, "ListenError")
      assert.include(error.message, `cannot listen on 127.0.0.1 port ${port}: it is in use`)
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

  // To listen on all addresses for it would open the machine that runs the tests.
  it.each([
    ["0.0.0.0", {}],
    ["::", {}],
    ["0:0:0:0:0:0:0:0", {}],
    ["::1", { host: "::1" }],
    ["127.0.0.1", { host: "127.0.0.1" }],
    ["fd00::10", { host: "fd00::10" }]
  ])("all addresses are those of both families: %s", (bindAddress, expected) => {
    assert.deepStrictEqual(Https.hostOf(bindAddress), expected)
  })

  it.each([
    [10250, "EADDRINUSE", /kubelet's own port .* hostNetwork/],
    [443, "EACCES", /below 1024 are reserved/],
    [8443, "EADDRNOTAVAIL", /--bind-address/]
  ])("port %s with %s is explained", (port, code, expected) => {
    assert.match(new Https.ListenError({ address: "0.0.0.0", port, code }).message, expected)
  })
})
