/**
 * The least that Node.js needs to scrape: a kept connection to each kubelet, whose page is asked for and thrown away.
 * Arguments: authority's file, ports, and the length of a cycle in milliseconds. It connects, and then does a cycle whenever it is
 * told to.
 */
import Undici from "@effect/platform-node/Undici"
import { readFileSync } from "node:fs"
import { tokens } from "../src/simulate/Identities.ts"
import { sleep } from "./Process.ts"

const [ca = "", ports = "", length = ""] = process.argv.slice(2)
process.on("disconnect", () => process.exit(0))

/** As the server begins its turns: spread over a cycle, those of a tick together (`src/scrape/Scraper.ts`). */
const kubelets = ports.split(",")
const ticks = Math.min(Math.max(kubelets.length / 32, 30), 150)

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
  for (const port of kubelets) {
    const due = began + Math.floor(pages.length * ticks / kubelets.length) * length / ticks
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
for (let time = 0; time < 2; time++) await cycle(4 * kubelets.length)
process.send?.("done")
