/** What an answer costs: CPU of the server for a request, beside a bare server that sends the same bytes. */
import * as Bare from "./Bare.ts"
import * as Client from "./Client.ts"
import { asAggregator, type Cluster } from "./Cluster.ts"
import * as Process from "./Process.ts"
import type { Row, Targets } from "./Row.ts"
import type { Scraped } from "./scrape.ts"
import type { Server } from "./Server.ts"

export interface Case {
  readonly claim: string
  readonly question: Client.Question
  /** Milliseconds of CPU. */
  readonly targets: Targets
  readonly times: number
  /** What is answered is the longer the larger the cluster is: with more than 1000 nodes it is asked for less often. */
  readonly ofAll?: true
  readonly over?: "HTTP/1.1"
  /** Before each request a pod changes, so that no list is the one before. */
  readonly changes?: true
}

const json = "application/json"
const protobuf = "application/vnd.kubernetes.protobuf"
const gv = "/apis/metrics.k8s.io/v1beta1"

const asked = (path: string, accept: string): Client.Question => ({ path: `${gv}${path}`, accept })

export const listOfAllPods: Case = {
  claim: "list of all pods, JSON",
  question: asked("/pods", json),
  ofAll: true,
  times: 30,
  targets: { 1000: 30 }
}

const listOfAllNodes = { ofAll: true, times: 1000 } as const

export const cases = (pod: string): ReadonlyArray<Case> => {
  const one = asked(`/namespaces/ns-07/pods/${pod}`, json)
  const targetsOfOne = { 100: 0.09, 1000: 0.09, 5000: 0.09 }
  // What the HPA asks for: the thirty pods of a deployment, by their label. With 1000 nodes the namespace has 1500.
  const some = "/namespaces/ns-07/pods?labelSelector=app%3Dapp-0001"
  return [
    listOfAllPods,
    { ...listOfAllPods, claim: "the same, a pod changed since", changes: true },
    {
      ...listOfAllPods,
      claim: "list of all pods, protobuf",
      question: asked("/pods", protobuf),
      targets: { 1000: 20 }
    },
    { ...listOfAllNodes, claim: "list of all nodes, JSON", question: asked("/nodes", json), targets: { 1000: 1.2 } },
    {
      ...listOfAllNodes,
      claim: "list of all nodes, protobuf",
      question: asked("/nodes", protobuf),
      targets: { 1000: 0.8 }
    },
    { claim: "one pod, HTTP/2", question: one, times: 20_000, targets: targetsOfOne },
    { claim: "one pod, HTTP/1.1", question: one, times: 10_000, targets: targetsOfOne, over: "HTTP/1.1" },
    { claim: "30 pods by label, JSON", question: asked(some, json), times: 5000, targets: { 1000: 0.14 } },
    { claim: "30 pods by label, protobuf", question: asked(some, protobuf), times: 5000, targets: { 1000: 0.12 } }
  ]
}

/** Four clients, as many as a few kube-apiservers are; each with eight requests under way, when they are small. */
const clientsOf = ({ over, times }: Case, url: string, identity: Client.Identity) =>
  over === "HTTP/1.1"
    ? Client.http1(url, identity, 32)
    : Client.http2(url, identity, { connections: 4, streams: times < 1000 ? 1 : 8 })

interface Answering {
  readonly pid: number
  readonly url: string
  readonly cluster?: Cluster
  /** What it does besides: the share of a core. */
  readonly load: number
}

/** V8 has compiled what a list takes after so many times as many as are measured; until then one costs up to twice as much. */
const warmUp = 2

/** Until the server has heard of a change: milliseconds. */
const untilHeard = 50

const ask = async (clients: Client.Clients, { changes, question }: Case, times: number, cluster?: Cluster) => {
  if (changes === undefined) return clients.ask(question, times)
  let last: Buffer = Buffer.alloc(0)
  for (let left = times; left > 0; left--) {
    // A bare server hears of nothing, and finds its caches as cold after the pause.
    cluster?.changePod()
    await Process.sleep(untilHeard)
    last = await clients.ask(question, 1)
  }
  return last
}

/** What a server answers, once it is warm, and a turn of questions: it tells milliseconds of CPU for one. */
const begin = async (it: Case, { cluster, load, pid, url }: Answering, identity: Client.Identity) => {
  const clients = clientsOf(it, url, identity)
  const body = await ask(clients, it, warmUp * it.times, cluster)
  const turn = async () => {
    const began = performance.now()
    const before = Process.cpuMillis(pid)
    await ask(clients, it, it.times, cluster)
    const cpu = Process.cpuMillis(pid) - before - load * (performance.now() - began)
    return cpu / it.times
  }
  return { body, turn, close: clients.close }
}

/** Of one turn. */
export const measure = async (it: Case, server: Answering, identity: Client.Identity) => {
  const { body, close, turn } = await begin(it, server, identity)
  const millis = await turn()
  close()
  return { body, millis }
}

/** What a machine gives differs from minute to minute: ours and the bare server are asked in turns, so many each. */
const turns = 5

const mean = (values: ReadonlyArray<number>) => values.reduce((sum, value) => sum + value, 0) / values.length

/** Each case so many times as often as it says. */
export const run = async (server: Server, scraped: Scraped, wanted: number): Promise<ReadonlyArray<Row>> => {
  const lessOften = Math.min(1, 1000 / server.cluster.nodes)
  const identity = asAggregator(server.cluster)
  const rows: Array<Row> = []
  for (const whole of cases(await somePod(server))) {
    const it = { ...whole, times: Math.ceil(whole.times * wanted * (whole.ofAll ? lessOften : 1)) }
    const ours = await begin(it, { ...server, load: scraped.load }, identity)
    const bare = await Bare.answering(ours.body)
    const theirs = await begin(it, { ...bare, load: 0 }, { ...identity, headers: {} })
    const measured: { ours: Array<number>; theirs: Array<number> } = { ours: [], theirs: [] }
    for (let turn = 0; turn < turns; turn++) {
      measured.ours.push(await ours.turn())
      measured.theirs.push(await theirs.turn())
    }
    ours.close()
    theirs.close()
    await bare.stop()
    rows.push({
      claim: `${it.claim} (${(ours.body.length / 1000).toFixed(1)} kB)`,
      value: mean(measured.ours),
      unit: "ms CPU",
      target: it.targets[server.cluster.nodes],
      reference: mean(measured.theirs)
    })
  }
  return rows
}

export const somePod = async ({ cluster, url }: Server): Promise<string> => {
  const list = await Client.once(url, asAggregator(cluster), asked("/namespaces/ns-07/pods", json))
  return JSON.parse(list).items[0].metadata.name
}
