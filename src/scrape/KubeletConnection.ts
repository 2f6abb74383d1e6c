/** One connection to a kubelet, over which requests go one after another. */
import { connect as connectPlain, isIP, type NetConnectOpts, type Socket } from "node:net"
import {
  checkServerIdentity as isFor,
  connect as connectSecure,
  type PeerCertificate,
  type SecureContext,
  type TLSSocket
} from "node:tls"
import type { Endpoint } from "../discover/Address.ts"
import type { ResponseReader } from "./ResponseReader.ts"
import { lookup } from "./SharedLookup.ts"

/** How a connection is secured. */
export interface Security {
  readonly context: SecureContext
  readonly rejectUnauthorized: boolean
}

/** A request on its way, and who reads the response. */
export class Exchange {
  readonly request: string
  readonly reader: ResponseReader
  /** Called once: without a cause when the reader has a response or a problem. */
  readonly done: (cause?: Error) => void

  constructor(request: string, reader: ResponseReader, done: (cause?: Error) => void) {
    this.request = request
    this.reader = reader
    this.done = done
  }
}

/** By its alternative names alone, as Go has it: where no host name is among them, Node.js would take the common name. */
const checkServerIdentity = (host: string, cert: PeerCertificate) =>
  isFor(host, { ...cert, subject: { ...cert.subject, CN: "" } })

/** What sockets are read into. A piece is dealt with before the next one comes, so that all of them share it. */
const arrival = Buffer.allocUnsafeSlow(64 * 1024)

export class KubeletConnection {
  /** How many requests it has carried. */
  uses = 0
  readonly #socket: Socket
  readonly #session: (() => Buffer | undefined) | undefined
  #exchange: Exchange | undefined
  #isReady = false

  /** Without security it is plain. A session saves a handshake; what is not asked for any more ends it. */
  constructor(
    { address, port }: Endpoint,
    options: {
      readonly security: Security | undefined
      readonly session: Buffer | undefined
      /** It has ended, while nothing was under way. */
      readonly onLost: () => void
    }
  ) {
    const onread = { buffer: arrival, callback: (length: number) => this.#take(length) }
    const target = { host: address, port, lookup, onread } satisfies NetConnectOpts
    const { security, session } = options
    if (security === undefined) {
      this.#socket = connectPlain(target)
      this.#socket.once("connect", () => this.#begin())
    } else {
      const { context: secureContext, rejectUnauthorized } = security
      const socket: TLSSocket = connectSecure({
        ...target,
        secureContext,
        rejectUnauthorized,
        checkServerIdentity,
        ...isIP(address) === 0 && { servername: address },
        ...session !== undefined && { session }
      })
      // Not before the kubelet has shown who it is: requests carry our token.
      socket.once("secureConnect", () => this.#begin())
      // Of a socket that is closed Node.js says null.
      this.#session = () => socket.getSession() ?? undefined
      this.#socket = socket
    }
    this.#socket.setNoDelay(true)
    this.#socket.on("error", (error) => this.#finish(error))
    this.#socket.on("end", () => {
      this.#exchange?.reader.end()
      this.#finish()
    })
    this.#socket.once("close", () => {
      this.#finish(Object.assign(new Error("the connection was closed"), { code: "ECONNRESET" }))
      options.onLost()
    })
  }

  /** Begins as soon as the connection stands. */
  send(exchange: Exchange) {
    this.#exchange = exchange
    exchange.reader.begin()
    if (this.#isReady) this.#write(exchange)
  }

  /** Ends it; with what another connection to the same kubelet can resume, if there is something. */
  close(): Buffer | undefined {
    const session = this.#session?.()
    this.#exchange = undefined
    this.#socket.destroy()
    return session
  }

  #begin() {
    this.#isReady = true
    if (this.#exchange !== undefined) this.#write(this.#exchange)
  }

  #write({ request }: Exchange) {
    this.uses++
    this.#socket.write(request, "latin1")
  }

  #take(length: number) {
    const exchange = this.#exchange
    // Nothing was asked: nothing can be right about it.
    if (exchange === undefined) this.#socket.destroy()
    else if (exchange.reader.take(arrival, length)) this.#finish()
    return true
  }

  #finish(cause?: Error) {
    const exchange = this.#exchange
    this.#exchange = undefined
    exchange?.done(cause)
  }
}
