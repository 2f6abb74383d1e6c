/** How fast a kubelet's page is read, beside a mere copy of its bytes. Alone: `node bench/parse.ts` */
import { Result } from "effect"
import { readFileSync } from "node:fs"
import { gunzipSync, gzipSync } from "node:zlib"
import { parse } from "../src/scrape/Exposition.ts"
import { unzip } from "../src/scrape/Gzip.ts"
import { generate } from "../src/simulate/Cluster.ts"
import * as KubeletPage from "../src/simulate/KubeletPage.ts"
import { print, type Row } from "./Row.ts"

const recorded = (): Uint8Array => readFileSync(new URL("../test/fixtures/pages/kubelet-1.36.txt", import.meta.url))

const printed = (podsPerNode: number): Uint8Array => {
  const { nodes, pods } = generate({ nodes: 1, podsPerNode, containersPerPod: 1 })
  const now = 1_795_419_740_000
  const running = pods.map((pod) => ({ pod, startedAt: now - 86_400_000 }))
  const page = KubeletPage.make({ node: nodes[0]!, bootedAt: now - 86_400_000, pods: running, housekeeping: 10_000 })
  return Buffer.from(page.print({ now }))
}

/** Megabytes a second in the best of many rounds: what disturbs a round only makes it slower. */
const speed = (page: Uint8Array, work: (page: Uint8Array) => void) => {
  const times = 500
  let best = Infinity
  for (let round = 0; round < 60; round++) {
    const begin = performance.now()
    for (let time = 0; time < times; time++) work(page)
    best = Math.min(best, performance.now() - begin)
  }
  return page.length * times / best / 1000
}

const measure = (name: string, page: Uint8Array): Row => {
  const target = new Uint8Array(page.length)
  // As in every scrape but the first, the page before is known.
  const before = Result.getOrThrow(parse(page, 0))
  return {
    claim: `read ${name} (${(page.length / 1000).toFixed(1)} kB)`,
    value: speed(page, (page) => parse(page, 0, before)),
    unit: "MB/s",
    target: 500,
    reference: speed(page, (page) => target.set(page))
  }
}

/** Of pages as they come from the network, compressed; the speed is that of what they come to. zlib makes a buffer of its own. */
const measureUnzip = (name: string, page: Uint8Array): Row => {
  const body = gzipSync(page)
  return {
    claim: `unpack ${name} (${(body.length / 1000).toFixed(1)} kB)`,
    value: page.length / body.length * speed(body, (body) => unzip(body, page.length)),
    unit: "MB/s",
    reference: page.length / body.length * speed(body, (body) => gunzipSync(body, { chunkSize: page.length + 1 }))
  }
}

export const run = (): ReadonlyArray<Row> => [
  measure("the page of a 1.36 kubelet", recorded()),
  measure("a page of 30 pods", printed(30)),
  measure("a page of 70 pods", printed(70)),
  measureUnzip("a page of 30 pods", printed(30))
]

if (import.meta.main) process.stdout.write(`${print(run())}\n`)
