/** What does the least possible, in a process of its own: the reference of what we do. */
import type { Cluster } from "./Cluster.ts"
import * as Process from "./Process.ts"

export interface Scraping {
  /** Milliseconds of CPU for one page. */
  readonly cpuPerNode: number
  /** With a connection to every kubelet: megabytes. */
  readonly rss: number
}

/**
 * Gets the page of every kubelet so many times, in cycles of so many milliseconds. Not beside the server's own scrapes, which it
 * would slow down.
 */
export const scraping = async (cluster: Cluster, cycles: number, length: number): Promise<Scraping> => {
  const { child, pid } = await Process.start("bareScraper.ts", [
    cluster.directory.kubeletCa,
    cluster.ports.join(),
    String(length)
  ])
  const before = Process.cpuMillis(pid)
  for (let cycle = 0; cycle < cycles; cycle++) await Process.ask(child, "again")
  const scraping = { cpuPerNode: (Process.cpuMillis(pid) - before) / cycles / cluster.nodes, rss: Process.rss(pid) }
  await Process.stop(child)
  return scraping
}

export interface Answering {
  readonly pid: number
  readonly url: string
  /** How long the event loop was blocked at most since the last call: milliseconds. */
  readonly longestBlock: () => Promise<number>
  readonly stop: () => Promise<void>
}

/** Answers with these bytes. */
export const answering = async (body: Uint8Array): Promise<Answering> => {
  const { child, pid, word: port } = await Process.start<number>("bareServer.ts", [])
  await Process.ask(child, body)
  return {
    pid,
    url: `https://127.0.0.1:${port}`,
    longestBlock: () => Process.ask(child, "tell"),
    stop: () => Process.stop(child)
  }
}
