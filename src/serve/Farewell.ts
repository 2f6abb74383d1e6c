/** How connections end when the server stops: soon where nobody is being answered, all others after the time of grace. */
import { Effect, Schedule } from "effect"
import { HttpServer } from "effect/http"
import type { Http2SecureServer } from "node:http2"
import type { Server } from "node:https"
import type { Socket } from "node:net"
import type * as Patience from "./Patience.ts"

/** A request that is on its way may still arrive. */
const pause = "1 second"

/** Knows the connections of a server from now on. */
export const watch = (server: Server | Http2SecureServer, answers: Iterable<Patience.Answering>) => {
  const sockets = new Set<Socket>()
  server.on("connection", (socket: Socket) => {
    sockets.add(socket)
    socket.once("close", () => sockets.delete(socket))
  })
  /** Node.js waits for ever for those that have never asked anything, or half of it. */
  const endIdle = Effect.sync(() => {
    const busy = new Set(Array.from(answers, ({ answer }) => peerOf(answer.req.socket)))
    for (const socket of sockets) if (!busy.has(peerOf(socket))) socket.destroy()
  })
  return {
    /** Serves as that one does, and says farewell when that ends. */
    around: (listening: HttpServer.HttpServer["Service"]) =>
      Effect.map(Effect.scope, (scope) =>
        HttpServer.make({
          address: listening.address,
          serve: (app, middleware) =>
            Effect.andThen(
              middleware === undefined ? listening.serve(app) : listening.serve(app, middleware),
              Effect.addFinalizer(() => Effect.forkIn(Effect.schedule(endIdle, Schedule.spaced(pause)), scope))
            )
        })),
    endAll: Effect.sync(() => sockets.forEach((socket) => socket.destroy()))
  }
}

/** A request has the socket of TLS, or one that stands for it; what lies below has the same other end. */
const peerOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`
