/** Clients of the API: so many connections, and so many requests under way on each. */
import { type ClientHttp2Session, connect } from "node:http2"
import { Agent, get as getOverHttp1 } from "node:https"

export interface Identity {
  readonly tls: { readonly cert?: Buffer; readonly key?: Buffer; readonly rejectUnauthorized: boolean }
  readonly headers: Readonly<Record<string, string>>
}

export interface Question {
  readonly path: string
  readonly accept: string
}

export interface Clients {
  /** Asks so often, and gives the last answer. */
  ask(question: Question, times: number): Promise<Buffer>
  close(): void
}

interface Load {
  readonly connections: number
  /** Requests under way on each connection. */
  readonly streams: number
}

type Ask = (question: Question, connection: number) => Promise<Buffer>

const clients = ({ connections, streams }: Load, ask: Ask, close: () => void): Clients => ({
  ask: async (question, times) => {
    let left = times
    let last: Buffer = Buffer.alloc(0)
    const work = async (worker: number) => {
      while (left-- > 0) last = await ask(question, worker % connections)
    }
    await Promise.all(Array.from({ length: connections * streams }, (_, worker) => work(worker)))
    return last
  },
  close
})

export const http2 = (url: string, { headers, tls }: Identity, load: Load): Clients => {
  const sessions = Array.from({ length: load.connections }, () => connect(url, tls))
  const ask = (session: ClientHttp2Session, { accept, path }: Question) =>
    new Promise<Buffer>((resolve, reject) => {
      const chunks: Array<Buffer> = []
      const stream = session.request({ ":path": path, accept, ...headers })
      stream.on("response", (head) => {
        if (head[":status"] !== 200) reject(new Error(`${path} was answered with ${head[":status"]}`))
      })
      stream.on("data", (chunk: Buffer) => chunks.push(chunk))
      stream.on("end", () => resolve(Buffer.concat(chunks)))
      stream.on("error", reject)
    })
  return clients(
    load,
    (question, connection) => ask(sessions[connection]!, question),
    () => sessions.forEach((session) => session.destroy())
  )
}

/** One question over a connection of its own. */
export const once = async (url: string, identity: Identity, question: Question) => {
  const client = http2(url, identity, { connections: 1, streams: 1 })
  const body = await client.ask(question, 1)
  client.close()
  return body.toString()
}

export const http1 = (url: string, { headers, tls }: Identity, connections: number): Clients => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections, ...tls })
  const ask = ({ accept, path }: Question) =>
    new Promise<Buffer>((resolve, reject) => {
      getOverHttp1(`${url}${path}`, { agent, headers: { accept, ...headers } }, (response) => {
        if (response.statusCode !== 200) reject(new Error(`${path} was answered with ${response.statusCode}`))
        const chunks: Array<Buffer> = []
        response.on("data", (chunk: Buffer) => chunks.push(chunk))
        response.on("end", () => resolve(Buffer.concat(chunks)))
      }).on("error", reject)
    })
  return clients({ connections, streams: 1 }, ask, () => agent.destroy())
}
