/** What an answer costs: CPU of the server per request, over TLS and HTTP/2, beside a bare server of the same bytes. Alone: `node bench/api.ts` */
import { Console, Effect } from "effect"
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { type ClientHttp2Session, connect } from "node:http2"
import { type Command, keyOf, type Report } from "./apiServer.ts"
import { type Row, table } from "./Row.ts"

const json = "application/json"
const protobuf = "application/vnd.kubernetes.protobuf"
const gv = "/apis/metrics.k8s.io/v1beta1"

interface Case {
  readonly claim: string
  readonly path: string
  readonly accept: string
  readonly requests: number
}

const large: ReadonlyArray<Case> = [
  { claim: "list 30 000 pods, JSON", path: `${gv}/pods`, accept: json, requests: 20 },
  { claim: "list 30 000 pods, protobuf", path: `${gv}/pods`, accept: protobuf, requests: 20 },
  { claim: "list 1000 nodes, JSON", path: `${gv}/nodes`, accept: json, requests: 200 },
  { claim: "get one pod", path: `${gv}/namespaces/ns-07/pods/app-007-6d4cf56db6-000007`, accept: json, requests: 3000 }
]

const small: ReadonlyArray<Case> = [
  {
    claim: "list 30 of 1500 pods by label",
    path: `${gv}/pods?labelSelector=app%3Dapp-007`,
    accept: protobuf,
    requests: 1000
  }
]

/** So many clients keep one connection each and ask one request after another. */
const clients = 4

const start = async (busyNodes: number, bodies: ReadonlyMap<string, Uint8Array> = new Map()) => {
  const child = fork(new URL("apiServer.ts", import.meta.url), [String(busyNodes)], { serialization: "advanced" })
  if (busyNodes === 0) {
    tell(child, { _tag: "Bodies", bodies: Array.from(bodies, ([key, body]) => ({ key, body })) })
  }
  const report = await heard(child)
  if (report._tag !== "Listening") throw new Error("the server under test does not listen")
  return { child, url: `https://127.0.0.1:${report.port}` }
}

const tell = (child: ChildProcess, command: Command) => child.send(command)

const heard = async (child: ChildProcess): Promise<Report> => {
  const [report] = await once(child, "message")
  return report
}

const cpu = async (child: ChildProcess) => {
  tell(child, { _tag: "Cpu" })
  const report = await heard(child)
  return report._tag === "Cpu" ? report.microseconds / 1000 : Number.NaN
}

const get = (session: ClientHttp2Session, { accept, path }: Case) =>
  new Promise<Uint8Array>((resolve, reject) => {
    const stream = session.request({ ":path": path, accept })
    const chunks: Array<Buffer> = []
    stream.on("response", (headers) => {
      if (headers[":status"] !== 200) reject(new Error(`${path} was answered with ${headers[":status"]}`))
    })
    stream.on("data", (chunk: Buffer) => chunks.push(chunk))
    stream.on("end", () => resolve(Buffer.concat(chunks)))
    stream.on("error", reject)
  })

/** Milliseconds of the server's CPU for one request, and what it answered. */
const measure = async ({ child, url }: { readonly child: ChildProcess; readonly url: string }, wanted: Case) => {
  const sessions = Array.from({ length: clients }, () => connect(url, { rejectUnauthorized: false }))
  const rounds = (count: number) =>
    Promise.all(sessions.map(async (session) => {
      for (let i = 0; i < count; i++) await get(session, wanted)
    }))
  const each = Math.ceil(wanted.requests / clients)
  await rounds(Math.ceil(each / 2))
  const before = await cpu(child)
  await rounds(each)
  const spent = (await cpu(child)) - before
  const body = await get(sessions[0]!, wanted)
  for (const session of sessions) session.close()
  return { body, millis: spent / (each * clients) }
}

const compare = async (busyNodes: number, cases: ReadonlyArray<Case>): Promise<ReadonlyArray<Row>> => {
  const ours = await start(busyNodes)
  const measured: Array<Case & { readonly body: Uint8Array; readonly millis: number }> = []
  for (const it of cases) measured.push({ ...it, ...await measure(ours, it) })
  ours.child.kill()
  const bare = await start(0, new Map(measured.map(({ accept, body, path }) => [keyOf(path, accept), body])))
  const rows: Array<Row> = []
  for (const it of measured) {
    const { millis } = await measure(bare, it)
    rows.push({
      claim: `${it.claim} (${(it.body.length / 1000).toFixed(1)} kB), reference bare TLS`,
      value: it.millis,
      unit: "ms CPU per request",
      reference: millis,
      ratio: it.millis / millis
    })
  }
  bare.child.kill()
  return rows
}

export const run: Effect.Effect<ReadonlyArray<Row>> = Effect.promise(async () => [
  ...await compare(1000, large),
  ...await compare(50, small)
])

if (import.meta.main) {
  await Effect.runPromise(Effect.flatMap(run, (rows) => Console.log(table(rows))))
}
