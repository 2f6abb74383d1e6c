import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Layer, Logger, Option, Queue } from "effect"
import { HttpServer, HttpServerResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { Agent, request } from "node:https"
import { connect } from "node:tls"
import type { TLSSocket } from "node:tls"
import type { Pair } from "../../src/Pem.ts"
import * as ConnectionLimits from "../../src/serve/ConnectionLimits.ts"
import * as Https from "../../src/serve/Https.ts"
import * as SelfSigned from "../../src/serve/SelfSigned.ts"
import * as TlsSettings from "../../src/serve/TlsSettings.ts"

/** The common thing to look at: whose certificate a new connection is shown. */
const shown = (port: number) =>
  Effect.callback<string, Error>((resume) => {
    const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false }, () => {
      resume(Effect.succeed(socket.getPeerCertificate().subjectaltname ?? ""))
      socket.destroy()
    })
    socket.on("error", (error) => resume(Effect.fail(error)))
  })

/** One request on a connection that is kept, and whose certificate that connection has seen. */
const askOn = (agent: Agent, port: number) =>
  Effect.callback<string, Error>((resume) => {
    const outgoing = request({ host: "127.0.0.1", port, agent }, (response) => {
      const seen = (response.socket as TLSSocket).getPeerCertificate().subjectaltname ?? ""
      response.resume().on("end", () => resume(Effect.succeed(`${response.statusCode} ${seen}`)))
    })
    outgoing.on("error", (error) => resume(Effect.fail(error)))
    outgoing.end()
  })

it.effect("a serving pair that is replaced is shown to new connections, and the old ones go on", () =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const dir = yield* fs.makeTempDirectoryScoped()
    const logs = yield* Queue.unbounded<string>()
    /** As secrets are mounted: a link to the directory of now, which is replaced in one step. */
    const mount = Effect.fnUntraced(function*(version: string, pair: Pair) {
      yield* fs.makeDirectory(`${dir}/${version}`)
      yield* fs.writeFileString(`${dir}/${version}/tls.crt`, pair.cert)
      yield* fs.writeFileString(`${dir}/${version}/tls.key`, pair.key)
      yield* fs.symlink(`${dir}/${version}`, `${dir}/next`)
      yield* fs.rename(`${dir}/next`, `${dir}/now`)
    })
    const pairs = yield* Effect.all({
      first: SelfSigned.make(["first"]),
      second: SelfSigned.make(["second"]),
      third: SelfSigned.make(["third"])
    })
    yield* mount("1", pairs.first)
    const served = HttpServer.serve(Effect.succeed(HttpServerResponse.text("hello"))).pipe(
      Layer.provideMerge(Https.layer({
        bindAddress: "127.0.0.1",
        port: 0,
        certificate: {
          given: Option.some({ certFile: `${dir}/now/tls.crt`, keyFile: `${dir}/now/tls.key` }),
          dir,
          names: [],
          named: []
        },
        protocols: TlsSettings.defaults,
        limits: ConnectionLimits.defaults
      })),
      Layer.provide(Logger.layer([Logger.make(({ message }) => Queue.offerUnsafe(logs, String(message)))]))
    )
    yield* Effect.gen(function*() {
      const { address } = yield* HttpServer.HttpServer
      const port = "port" in address ? address.port : assert.fail("no port")
      const agent = yield* Effect.acquireRelease(
        Effect.sync(() => new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false })),
        (agent) => Effect.sync(() => agent.destroy())
      )
      const after = Effect.fnUntraced(function*(change: Effect.Effect<void, unknown>) {
        yield* change
        yield* TestClock.adjust("10 seconds")
        const log = yield* Queue.take(logs)
        return { log, shown: yield* shown(port), kept: yield* askOn(agent, port) }
      })
      assert.strictEqual(yield* askOn(agent, port), "200 DNS:first")
      const replaced = "a new serving certificate is in use"
      assert.deepStrictEqual(
        yield* after(mount("2", pairs.second)),
        { log: replaced, shown: "DNS:second", kept: "200 DNS:first" }
      )
      const half = mount("3", { cert: pairs.third.cert, key: pairs.second.key })
      const { log, ...rest } = yield* after(half)
      assert.deepStrictEqual(rest, { shown: "DNS:second", kept: "200 DNS:first" })
      assert.match(log, /it is not the key of the certificate; .*; the one before stays in use$/)
      assert.deepStrictEqual(
        yield* after(mount("4", pairs.third)),
        { log: replaced, shown: "DNS:third", kept: "200 DNS:first" }
      )
    }).pipe(Effect.provide(served))
  }).pipe(Effect.provide(NodeServices.layer)))
