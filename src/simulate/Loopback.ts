/** TLS on 127.0.0.1: many ports may share one server, and with it its TLS context. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Effect, Schema, type Scope } from "effect"
import type { HttpServerRequest, HttpServerResponse } from "effect/http"
import { createSecureServer, type Http2SecureServer } from "node:http2"
import { type AddressInfo, createServer, type Server, type Socket } from "node:net"
import type { Pair } from "./Authority.ts"

/** No port to listen on. */
export class ListenError extends Schema.TaggedError<ListenError>()("ListenError", {
  port: Schema.Number,
  cause: Schema.Defect()
}) {
  override get message() {
    return `cannot listen on 127.0.0.1:${this.port}: ${
      String(this.cause)
    }; is the port, or the limit of open files, used up?`
  }
}

/** A server without a port of its own: it speaks HTTP/2 and HTTP/1.1 on the connections it is handed. */
export const secureServer = Effect.fnUntraced(function*<R>(
  app: Effect.Effect<HttpServerResponse.HttpServerResponse, never, R>,
  options: Pair & {
    /** Who signs the certificates that clients may present. */
    readonly clientCa: string
  }
): Effect.fn.Return<
  Http2SecureServer,
  never,
  Exclude<R, HttpServerRequest.HttpServerRequest | Scope.Scope> | Scope.Scope
> {
  const server = createSecureServer({
    cert: options.cert,
    key: options.key,
    ca: options.clientCa,
    requestCert: true,
    rejectUnauthorized: false,
    allowHTTP1: true
  })
  // Go's servers keep an idle HTTP/1.1 connection much longer than Node does
  Object.assign(server, { keepAliveTimeout: 90_000 })
  // a handler is uninterruptible until it says otherwise: a client that leaves, and the end of the server, end it
  const handler = yield* NodeHttpServer.makeHandler(Effect.interruptible(app), { scope: yield* Effect.scope })
  server.on("request", handler)
  // what a client does to its connection is no error of ours
  server.on("tlsClientError", () => {})
  server.on("sessionError", () => {})
  return server
})

export interface Listener {
  readonly port: number
  /** Connections that are open now. */
  readonly connections: ReadonlySet<Socket>
  /** Nobody listens any more, and the connections die. */
  readonly leave: Effect.Effect<void>
  /** Listens on the same port again. */
  readonly comeBack: Effect.Effect<void, ListenError>
}

/** Listens on a port, 0 for any free one, until the scope ends. */
export const listen = (
  port: number,
  onConnection: (socket: Socket) => void
): Effect.Effect<Listener, ListenError, Scope.Scope> =>
  Effect.suspend(() => {
    const connections = new Set<Socket>()
    const server = createServer((socket) => {
      connections.add(socket)
      socket.on("close", () => connections.delete(socket))
      socket.on("error", () => {})
      onConnection(socket)
    })
    const leave = close(server, connections)
    return Effect.acquireRelease(open(server, port), () => leave).pipe(
      Effect.map((port) => ({ port, connections, leave, comeBack: Effect.asVoid(open(server, port)) }))
    )
  })

const open = (server: Server, port: number) =>
  Effect.callback<number, ListenError>((resume) => {
    const fail = (cause: Error) => resume(Effect.fail(new ListenError({ port, cause })))
    server.once("error", fail)
    server.listen({ port, host: "127.0.0.1" }, () => {
      server.off("error", fail)
      resume(Effect.succeed((server.address() as AddressInfo).port))
    })
  })

const close = (server: Server, connections: ReadonlySet<Socket>) =>
  Effect.callback<void>((resume) => {
    server.close(() => resume(Effect.void))
    for (const socket of connections) socket.destroy()
  })
