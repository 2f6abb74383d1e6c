/** Whether the server answers at once while it scrapes and while the longest lists are read from it. */
import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import * as Client from "./Client.ts"
import * as Process from "./Process.ts"
import type { Row } from "./Row.ts"
import { asAggregator, type Server } from "./Server.ts"

/** The server tells of its event loop's lag over a window of that length. */
const window = 15_000

export const run = async (server: Server): Promise<ReadonlyArray<Row>> => {
  const probe = await Process.start("prober.ts", [server.url])
  const clients = Client.http2(server.url, asAggregator(server.cluster), { connections: 2, streams: 1 })
  const until = performance.now() + 2 * window
  while (performance.now() < until) {
    await clients.ask({ path: "/apis/metrics.k8s.io/v1beta1/pods", accept: "application/json" }, 2)
    await clients.ask({ path: "/apis/metrics.k8s.io/v1beta1/pods", accept: "application/vnd.kubernetes.protobuf" }, 2)
  }
  const page = (await clients.ask({ path: "/metrics", accept: "*/*" }, 1)).toString()
  clients.close()
  const [, seconds = "NaN"] = /^nodejs_eventloop_lag_max_seconds (\S+)/m.exec(page) ?? []
  return [
    {
      claim: "longest block of the event loop, lists of all pods",
      value: Number(seconds) * 1000,
      unit: "ms",
      target: 50
    },
    {
      claim: "99th percentile of /livez, lists of all pods",
      value: await percentile(probe.child),
      unit: "ms",
      target: 100
    }
  ]
}

const percentile = async (child: ChildProcess) => {
  const told = once(child, "message")
  child.send("tell")
  const [latencies]: ReadonlyArray<ReadonlyArray<number>> = await told
  await Process.stop(child)
  return latencies?.toSorted((a, b) => a - b)[Math.floor(latencies.length * 0.99)] ?? Number.NaN
}
