/**
 * The least that Node.js needs to scrape: a kept connection to each kubelet, whose page is asked for and thrown away.
 * Arguments: authority's file, ports, and the length of a cycle in milliseconds. It connects, and then does a cycle whenever it is
 * told to.
 */
import Undici from "@effect/platform-node/Undici"
import { readFileSync } from "node:fs"
import { tokens } from "../src/simulate/Identities.ts"
import { sleep } from "./Process.ts"

/** As the server begins its turns: spread over a resolution, those of a tick together. All at once they would cost less. */
const ticks = 30

const [ca = "", ports = "", length = ""] = process.argv.slice(2)
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

const cycle = async (length: number) => {
  const began = performance.now()
  const pages: Array<Promise<void>> = []
  const all = ports.split(",")
  for (const port of all) {
    const due = began + Math.floor(pages.length * ticks / all.length) * length / ticks
    const rest = due - performance.now()
    if (rest > 0) await sleep(rest)
    pages.push(get(port))
  }
  await Promise.all(pages)
}

process.on("message", async () => {
  await cycle(Number(length))
  process.send?.("done")
})
// The first one connects, and code is compiled after the second.
for (let time = 0; time < 2; time++) await cycle(4 * ports.split(",").length)
process.send?.("done")
