/** The connections to all kubelets: kept between two scrapes as far as there is room, else resumed. */
import { type Endpoint, hostAndPort } from "../discover/Address.ts"
import { Exchange, KubeletConnection, type Security } from "./KubeletConnection.ts"
import { ResponseReader } from "./ResponseReader.ts"

export interface Options {
  /** How many connections are kept while nothing is asked. */
  readonly maxIdle: number
  /** Bytes. */
  readonly maxBody: number
}

/** What is remembered of connections that were not kept: two kilobytes each. */
const maxSessions = 16_384

/** A kubelet's: between its requests a connection may be kept there. It stays while it is used (`UnderWay.ts` says why). */
interface Seat {
  kept: KubeletConnection | undefined
  /** How many looks it has been through since the last request. */
  looks: number
}

export class KubeletConnections {
  readonly #options: Options
  readonly #seats = new Map<string, Seat>()
  /** How many seats have a connection. */
  #kept = 0
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
      connection.send(
        new Exchange(request, reader, (cause) => {
          // The kubelet may have ended an old connection before our request came.
          if ((cause !== undefined || reader.problem?.reason === "reset") && reader.isEmpty && connection.uses > 1) {
            connection.close()
            connection = this.#open(key, endpoint)
            return send()
          }
          // First of all, because who is done may ask again at once.
          this.#release(key, connection, security, cause === undefined && reader.keepsAlive)
          done(cause ?? reader)
          reader.release()
        })
      )
    send()
    return () => connection.close()
  }

  /** To be called every now and then: closes what a third such look finds unused, such as connections to nodes that are gone. */
  look() {
    for (const [key, seat] of this.#seats) {
      if (++seat.looks <= 2) continue
      this.#take(key)?.close()
      this.#seats.delete(key)
    }
  }

  closeAll() {
    for (const key of this.#seats.keys()) this.#take(key)?.close()
    this.#seats.clear()
  }

  #take(key: string) {
    const seat = this.#seats.get(key)
    const kept = seat?.kept
    if (seat === undefined || kept === undefined) return undefined
    seat.kept = undefined
    this.#kept--
    return kept
  }

  /** Whether there is room for it. */
  #keep(key: string, connection: KubeletConnection) {
    const seat = this.#seats.get(key) ?? { kept: undefined, looks: 0 }
    if (this.#kept >= this.#options.maxIdle || seat.kept !== undefined) return false
    seat.kept = connection
    seat.looks = 0
    this.#seats.set(key, seat)
    this.#kept++
    return true
  }

  #open(key: string, endpoint: Endpoint) {
    const session = this.#sessions.get(key)
    this.#sessions.delete(key)
    const connection: KubeletConnection = new KubeletConnection(endpoint, {
      security: this.#security,
      session,
      onLost: () => {
        if (this.#seats.get(key)?.kept === connection) this.#take(key)
      }
    })
    return connection
  }

  #release(key: string, connection: KubeletConnection, security: Security | undefined, keepsAlive: boolean) {
    const isCurrent = security === this.#security
    if (keepsAlive && isCurrent && this.#keep(key, connection)) return
    const session = connection.close()
    if (session === undefined || !isCurrent) return
    this.#sessions.delete(key)
    this.#sessions.set(key, session)
    const [oldest] = this.#sessions.keys()
    if (this.#sessions.size > maxSessions && oldest !== undefined) this.#sessions.delete(oldest)
  }
}
