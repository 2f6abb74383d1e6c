/** The connection that a request came by, and its end. */
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { Effect } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"

/** Over HTTP/2: what is under way is answered, and then the connection ends, as its client is told (GOAWAY). */
export const partFrom = (request: HttpServerRequest.HttpServerRequest) =>
  Effect.sync(() => {
    const message = NodeHttpServerRequest.toIncomingMessage(request)
    if ("stream" in message) message.stream.session?.close()
  })

/** The last answer on its connection, over HTTP/1.1 too. */
export const last = (
  response: HttpServerResponse.HttpServerResponse,
  request: HttpServerRequest.HttpServerRequest
) => {
  const { httpVersionMajor } = NodeHttpServerRequest.toIncomingMessage(request)
  return httpVersionMajor === 1
    ? Effect.succeed(HttpServerResponse.setHeader(response, "connection", "close"))
    : Effect.as(partFrom(request), response)
}

/** Calls back when the answer to a request is sent; never, if its client goes before or it came by no socket. */
export const whenSent = (request: HttpServerRequest.HttpServerRequest, callback: () => void) => {
  const response: Answered | undefined = NodeHttpServerRequest.toServerResponse(request)
  if (response !== undefined) ("stream" in response ? response.stream : response).once("finish", callback)
}

type Answered = ReturnType<typeof NodeHttpServerRequest.toServerResponse>
