/**
 * The least that Node.js needs to send an answer over TLS: it is given the bytes, and sends them whatever it is asked.
 * Whenever it is asked to "tell", it says how long its event loop was blocked at most since it was last asked.
 */
import { Effect } from "effect"
import { createSecureServer } from "node:http2"
import { monitorEventLoopDelay } from "node:perf_hooks"
import * as SelfSigned from "../src/serve/SelfSigned.ts"

/** As the server itself watches its event loop. */
const lag = monitorEventLoopDelay({ samplePerIteration: true })
lag.enable()

let body = Buffer.alloc(0)
process.on("message", (message: Uint8Array | "tell") => {
  if (message !== "tell") {
    body = Buffer.from(message)
    process.send?.("ready")
    return
  }
  process.send?.(lag.max / 1e6)
  lag.reset()
})
process.on("disconnect", () => process.exit(0))

const pair = await Effect.runPromise(SelfSigned.make(["127.0.0.1"]))
const server = createSecureServer({ ...pair, allowHTTP1: true, requestCert: true, rejectUnauthorized: false })
server.on("request", (request, response) => {
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache, private" })
  response.end(request.url === "/livez" ? "ok" : body)
})
server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  process.send?.(typeof address === "object" && address !== null ? address.port : 0)
})
