/** Whether the server answers at once while it scrapes and while the longest lists are read from it. */
import * as Bare from "./Bare.ts"
import * as Client from "./Client.ts"
import { asAggregator } from "./Cluster.ts"
import * as MetricsPage from "./MetricsPage.ts"
import * as Process from "./Process.ts"
import type { Row, Targets } from "./Row.ts"
import type { Server } from "./Server.ts"

/** The server tells of its event loop's lag over windows of that length. */
const window = 15_000

const blockTargets: Targets = { 5000: 50 }
const livezTargets: Targets = { 5000: 100 }

const pods = "/apis/metrics.k8s.io/v1beta1/pods"

/** So many windows long; what is told after less than two may be of a time before. */
export const run = async (server: Server, windows: number): Promise<ReadonlyArray<Row>> => {
  const { nodes } = server.cluster
  const identity = asAggregator(server.cluster)
  const longestBlock = async () => await MetricsPage.read(server, "nodejs_eventloop_lag_max_seconds") * 1000
  const ours = await underLists(server.url, identity, windows * window)
  const block = await longestBlock()
  // What may be told here of the lists before is less.
  await underTables(server.url, identity, windows * window / 2)
  const blockOfTables = await longestBlock()

  const bare = await Bare.answering(ours.body)
  await bare.longestBlock()
  const theirs = await underLists(bare.url, { ...identity, headers: {} }, windows * window / 3)
  const bareBlock = await bare.longestBlock()
  await bare.stop()

  return [
    {
      claim: "longest block of the event loop, lists of all pods",
      value: block,
      unit: "ms",
      target: blockTargets[nodes],
      reference: bareBlock
    },
    { claim: "the same, tables of all pods", value: blockOfTables, unit: "ms" },
    {
      claim: "99th percentile of /livez, lists of all pods",
      value: ours.livez,
      unit: "ms",
      target: livezTargets[nodes],
      reference: theirs.livez
    }
  ]
}

/** What `kubectl get podmetrics` asks for, made by the schemas: again and again. */
const underTables = async (url: string, identity: Client.Identity, millis: number) => {
  const clients = Client.http2(url, identity, { connections: 1, streams: 1 })
  const until = performance.now() + millis
  while (performance.now() < until) {
    await clients.ask({ path: pods, accept: "application/json;as=Table;g=meta.k8s.io;v=v1" }, 1)
  }
  clients.close()
}

/** Two clients, one list after another. */
const underLists = async (url: string, identity: Client.Identity, millis: number) => {
  const probe = await Process.start("prober.ts", [url])
  const clients = Client.http2(url, identity, { connections: 2, streams: 1 })
  const until = performance.now() + millis
  let body: Uint8Array = new Uint8Array()
  while (performance.now() < until) {
    await clients.ask({ path: pods, accept: "application/vnd.kubernetes.protobuf" }, 2)
    body = await clients.ask({ path: pods, accept: "application/json" }, 2)
  }
  clients.close()
  const latencies = await Process.ask<ReadonlyArray<number>>(probe.child, "tell")
  await Process.stop(probe.child)
  return { body, livez: percentile(latencies, 0.99) }
}

const percentile = (values: ReadonlyArray<number>, share: number) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN
