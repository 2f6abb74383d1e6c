/** The least that Node.js needs to send an answer over TLS: it is given the bytes, and sends them whatever it is asked. */
import { Effect } from "effect"
import { createSecureServer } from "node:http2"
import * as SelfSigned from "../src/serve/SelfSigned.ts"

let body = Buffer.alloc(0)
process.on("message", (message: Uint8Array) => {
  body = Buffer.from(message)
})
process.on("disconnect", () => process.exit(0))

const pair = await Effect.runPromise(SelfSigned.make(["127.0.0.1"]))
const server = createSecureServer({ ...pair, allowHTTP1: true, requestCert: true, rejectUnauthorized: false })
server.on("request", (_, response) => {
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache, private" })
  response.end(body)
})
server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  process.send?.(typeof address === "object" && address !== null ? address.port : 0)
})
