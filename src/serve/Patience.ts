/** How long the server waits: for a client to take its answer, and for an HTTP/2 connection to be used again. */
import { Duration, Effect, Schedule, type Scope } from "effect"
import type { IncomingMessage, ServerResponse } from "node:http"
import {
  constants,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type Http2Session
} from "node:http2"
import type { Server } from "node:https"
import * as Monotonic from "../Monotonic.ts"
import { Entry, UnderWay } from "../UnderWay.ts"
import type { ConnectionLimits } from "./ConnectionLimits.ts"

/** Node.js waits for ever: for clients that read nothing, and so fill our memory, and for those that do nothing but ping. */
export const watch = Effect.fnUntraced(function*(
  server: Server | Http2SecureServer,
  limits: Pick<ConnectionLimits, "answer" | "idle">
): Effect.fn.Return<{ readonly answers: Iterable<Answering> }, never, Scope.Scope> {
  const now = yield* Monotonic.reader
  const answers = new UnderWay<Answering>()
  const sessions = new Map<Http2Session, Use>()

  server.on("session", (session: Http2Session) => {
    sessions.set(session, { open: 0, since: now() })
    session.once("close", () => sessions.delete(session))
  })
  const begin = (_request: IncomingMessage | Http2ServerRequest, answer: Answer) => {
    const session = "stream" in answer ? answer.stream.session : undefined
    const use = session && sessions.get(session)
    const answering = new Answering(answer, now())
    answers.add(answering)
    if (use !== undefined) use.open++
    answer.once("close", () => {
      answers.delete(answering)
      if (use === undefined) return
      use.open--
      use.since = now()
    })
  }
  server.on("request", begin)
  server.on("checkContinue", begin)

  const longest = { answer: Duration.toMillis(limits.answer), idle: Duration.toMillis(limits.idle) }
  const sweep = Effect.sync(() => {
    const at = now()
    for (const { answer, since } of answers) if (at - since >= longest.answer) cut(answer)
    for (const [session, { open, since }] of sessions) if (open === 0 && at - since >= longest.idle) leave(session)
  })
  const often = Duration.millis(Math.min(longest.answer, longest.idle) / 16)
  yield* Effect.forkScoped(Effect.schedule(sweep, Schedule.spaced(often)))
  return { answers }
})

export type Answer = ServerResponse | Http2ServerResponse

/** An answer that is not all taken, and since when, in monotonic time. */
export class Answering extends Entry {
  readonly answer: Answer
  readonly since: number

  constructor(answer: Answer, since: number) {
    super()
    this.answer = answer
    this.since = since
  }
}

/** How many requests are under way on a connection, and when the last one ended. */
interface Use {
  open: number
  since: number
}

/** Says farewell, and goes when that had no answer: half a request would keep it. */
const leave = (session: Http2Session) => session.closed ? session.destroy() : session.close()

/** With the rest of its connection, where that carries one answer at a time. */
const cut = (answer: Answer) => {
  if ("stream" in answer) answer.stream.close(constants.NGHTTP2_CANCEL)
  else answer.req.socket.destroy()
}
