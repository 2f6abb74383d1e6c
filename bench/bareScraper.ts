/**
 * The least that Node.js needs to scrape: a kept connection to each kubelet, whose page is asked for and thrown away.
 * Arguments: authority's file, ports. It connects, and then does a cycle whenever it is told to.
 */
import Undici from "@effect/platform-node/Undici"
import { readFileSync } from "node:fs"
import { tokens } from "../src/simulate/Identities.ts"
import { sleep } from "./Process.ts"

/**
 * As the server begins its turns: spread over a resolution, those of a tick together. What they cost depends on it: all at once
 * it would be less.
 */
const resolution = 15_000
const tick = 100

const [ca = "", ports = ""] = process.argv.slice(2)
process.on("disconnect", () => process.exit(0))

const agent = new Undici.Agent({
  allowH2: false,
  connections: 1,
  keepAliveTimeout: 600_000,
  connect: { ca: readFileSync(ca, "utf8") }
})

const get = async (port: string) => {
  const { body } = await agent.request({
    origin: `https://127.0.0.1:${port}`,
    path: "/metrics/resource",
    method: "GET",
    headers: { authorization: `Bearer ${tokens.metricsServer}`, "accept-encoding": "gzip" }
  })
  await body.arrayBuffer()
}

const cycle = async () => {
  const began = performance.now()
  const pages: Array<Promise<void>> = []
  const all = ports.split(",")
  for (const port of all) {
    const due = began + Math.floor(pages.length * resolution / all.length / tick) * tick
    const rest = due - performance.now()
    if (rest > 0) await sleep(rest)
    pages.push(get(port))
  }
  await Promise.all(pages)
  process.send?.("done")
}

process.on("message", cycle)
await cycle()
