/** One kept TLS connection to each kubelet, each after one request, and nothing else. Arguments: authority's file, ports. */
import Undici from "@effect/platform-node/Undici"
import { readFileSync } from "node:fs"
import { tokens } from "../src/simulate/Identities.ts"

const [ca = "", ports = ""] = process.argv.slice(2)
process.on("disconnect", () => process.exit(0))

const agent = new Undici.Agent({
  allowH2: false,
  connections: 1,
  keepAliveTimeout: 600_000,
  connect: { ca: readFileSync(ca, "utf8") }
})
for (const port of ports.split(",")) {
  const { body } = await agent.request({
    origin: `https://127.0.0.1:${port}`,
    path: "/metrics/resource",
    method: "GET",
    headers: { authorization: `Bearer ${tokens.metricsServer}` }
  })
  await body.arrayBuffer()
}
process.send?.("connected")
