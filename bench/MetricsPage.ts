/** What the server says of itself at /metrics. */
import * as Client from "./Client.ts"
import { asAggregator } from "./Cluster.ts"
import type { Server } from "./Server.ts"

/** Of a series, with its labels as they are printed. */
export const read = async ({ cluster, url }: Server, series: string) => {
  const page = await Client.once(url, asAggregator(cluster), { path: "/metrics", accept: "*/*" })
  const line = page.split("\n").find((line) => line.startsWith(`${series} `))
  return line === undefined ? Number.NaN : Number(line.slice(series.length))
}
