/** The connections to all kubelets: kept between two scrapes as far as there is room, else resumed. */
import { type Endpoint, hostAndPort } from "../discover/Address.ts"
import { KubeletConnection, type Security } from "./KubeletConnection.ts"
import { ResponseReader } from "./ResponseReader.ts"

export interface Options {
  /** How many connections are kept while nothing is asked. */
  readonly maxIdle: number
  /** Bytes. */
  readonly maxBody: number
}

/** What is remembered of connections that were not kept: two kilobytes each. */
const maxSessions = 16_384

interface Kept {
  readonly connection: KubeletConnection
  readonly security: Security | undefined
  /** How many looks it has been through unused. */
  looks: number
}

export class KubeletConnections {
  readonly #options: Options
  readonly #kept = new Map<string, Kept>()
  readonly #sessions = new Map<string, Buffer>()
  #security: Security | undefined

  constructor(options: Options) {
    this.#options = options
  }

  /** From now on others are what secures connections: what was made before carries no further request. */
  secureBy(security: Security | undefined) {
    if (security === this.#security) return
    this.#security = security
    this.closeAll()
    this.#sessions.clear()
  }

  /**
   * Sends a request and calls `done` once, not before it has returned: with the reader of the response, which is lent until
   * `done` returns, or with the error that the network made of it. The function that is returned breaks the request off.
   */
  exchange(
    endpoint: Endpoint,
    request: string,
    done: (outcome: ResponseReader | Error) => void
  ): () => void {
    const key = hostAndPort(endpoint)
    const reader = new ResponseReader(this.#options.maxBody)
    const security = this.#security
    let connection = this.#take(key) ?? this.#open(key, endpoint)

    const send = () =>
      connection.send({
        request,
        reader,
        done: (cause) => {
          // The kubelet may have ended an old connection before our request came.
          if ((cause !== undefined || reader.problem?.reason === "reset") && reader.isEmpty && connection.uses > 1) {
            connection.close()
            connection = this.#open(key, endpoint)
            return send()
          }
          // First of all, because who is done may ask again at once.
          this.#release(key, { connection, security, looks: 0 }, cause === undefined && reader.keepsAlive)
          done(cause ?? reader)
          reader.release()
        }
      })
    send()
    return () => connection.close()
  }

  /** To be called every now and then: closes what a third such look finds unused, such as connections to nodes that are gone. */
  look() {
    for (const [key, kept] of this.#kept) {
      if (++kept.looks <= 2) continue
      this.#kept.delete(key)
      kept.connection.close()
    }
  }

  closeAll() {
    for (const { connection } of this.#kept.values()) connection.close()
    this.#kept.clear()
  }

  #take(key: string) {
    const connection = this.#kept.get(key)?.connection
    this.#kept.delete(key)
    return connection
  }

  #open(key: string, endpoint: Endpoint) {
    const session = this.#sessions.get(key)
    this.#sessions.delete(key)
    const connection: KubeletConnection = new KubeletConnection(endpoint, {
      security: this.#security,
      session,
      onLost: () => {
        if (this.#kept.get(key)?.connection === connection) this.#kept.delete(key)
      }
    })
    return connection
  }

  #release(key: string, kept: Kept, keepsAlive: boolean) {
    if (
      keepsAlive && kept.security === this.#security && this.#kept.size < this.#options.maxIdle && !this.#kept.has(key)
    ) {
      this.#kept.set(key, kept)
      return
    }
    const session = kept.connection.close()
    if (session === undefined || kept.security !== this.#security) return
    this.#sessions.delete(key)
    this.#sessions.set(key, session)
    const [oldest] = this.#sessions.keys()
    if (this.#sessions.size > maxSessions && oldest !== undefined) this.#sessions.delete(oldest)
  }
}
