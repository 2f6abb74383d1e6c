/** What the server says of itself at /metrics. */
import * as Client from "./Client.ts"
import { asAggregator } from "./Cluster.ts"
import * as Process from "./Process.ts"
import type { Server } from "./Server.ts"

/** Who may read it is asked of the simulated cluster, which has much else to do where it is large. */
const attempts = 5

/** Of a series, with its labels as they are printed. */
export const read = async ({ cluster, url }: Server, series: string) => {
  const ask = (left: number): Promise<string> =>
    Client.once(url, asAggregator(cluster), { path: "/metrics", accept: "*/*" }).catch(async (error) => {
      if (left === 1) throw error
      await Process.sleep(2000)
      return ask(left - 1)
    })
  const page = await ask(attempts)
  const line = page.split("\n").find((line) => line.startsWith(`${series} `))
  return line === undefined ? Number.NaN : Number(line.slice(series.length))
}
