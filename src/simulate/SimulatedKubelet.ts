/** One simulated kubelet: how it answers a request, faults included. It needs no socket. */
import { Clock, Duration, Effect, Option, Schedule, Schema, Stream } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { gzipSync, zstdCompressSync } from "node:zlib"
import type { Access } from "./Access.ts"
import { authenticate, PeerCertificate } from "./Authentication.ts"
import type { Node } from "./Cluster.ts"
import type { Fault } from "./Fault.ts"
import * as KubeletPage from "./KubeletPage.ts"

/** The fault wants the connection to break here. */
export class ConnectionBroken extends Schema.TaggedError<ConnectionBroken>()("ConnectionBroken", {
  node: Schema.String
}) {
  override get message() {
    return `the kubelet of ${this.node} breaks the connection, as its fault says`
  }
}

export interface SimulatedKubelet {
  /** The fault, and since when. */
  readonly fault: () => Option.Option<Fault>
  setFault(fault: Option.Option<Fault>): Effect.Effect<void>
  readonly respond: Effect.Effect<
    HttpServerResponse.HttpServerResponse,
    ConnectionBroken,
    HttpServerRequest.HttpServerRequest
  >
}

interface Active {
  readonly fault: Fault
  readonly since: number
}

export const make = (options: {
  readonly node: Node
  readonly bootedAt: number
  /** What runs on the node now; the same array until that changes. */
  readonly pods: () => ReadonlyArray<KubeletPage.RunningPod>
  readonly housekeeping: Duration.Duration
  readonly jitter: Duration.Duration
  readonly access: typeof Access.Service
}): SimulatedKubelet => {
  const broken = new ConnectionBroken({ node: options.node.name })
  let active: Option.Option<Active> = Option.none()

  /** The fault this request meets; one that lasts for a single request is used up by it. */
  const meet = (): Active | undefined => {
    const met = Option.getOrUndefined(active)
    if (met?.fault._tag !== "Once") return met
    active = Option.none()
    return { ...met, fault: met.fault.fault }
  }

  let laidOut:
    | { readonly pods: ReadonlyArray<KubeletPage.RunningPod>; readonly page: KubeletPage.KubeletPage }
    | undefined
  const page = () => {
    const pods = options.pods()
    if (laidOut?.pods !== pods) laidOut = { pods, page: layOut(pods) }
    return laidOut.page
  }
  const layOut = (pods: ReadonlyArray<KubeletPage.RunningPod>) =>
    KubeletPage.make({
      ...options,
      pods,
      housekeeping: Duration.toMillis(options.housekeeping),
      jitter: Duration.toMillis(options.jitter)
    })

  const print = (now: number, met: Active | undefined): string => {
    switch (met?.fault._tag) {
      case "StaleTimestamps":
        return page().print({ now: met.since })
      case "BackwardsTimestamps":
        return page().print({ now, skew: 2 * (met.since - now) })
      case "ClockSet":
        return page().print({ now, skew: met.fault.seconds * 1000 })
      case "CounterReset":
        return page().print({ now, countersResetAt: met.since })
      case "Restart":
        return layOut(options.pods().map(({ pod }) => ({ pod, startedAt: met.since }))).print({ now })
      case "DuplicatePod":
        return layOut([...options.pods(), { pod: met.fault.pod, startedAt: options.bootedAt - 999 }]).print({ now })
      case "ScrapeError":
        return KubeletPage.scrapeError()
      default:
        return page().print({ now })
    }
  }

  const respond = Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    const refusal = refuse(options.access, request, yield* PeerCertificate)
    if (refusal !== undefined) return refusal
    const met = meet()
    const text = print(yield* Clock.currentTimeMillis, met)
    const encode = acceptsGzip(request) ? gzip : plain
    const page = encode(text)
    switch (met?.fault._tag) {
      case "Reset":
        return yield* broken
      case "Hang":
        return yield* Effect.never
      case "SlowHeaders":
        return yield* Effect.delay(Effect.succeed(answer(page)), met.fault.delay)
      case "SlowBody":
        return streamed(page, Stream.schedule(slices(page, met.fault.pieces), Schedule.spaced(met.fault.interval)))
      case "Truncated":
        return streamed(page, Stream.concat(Stream.make(halfOf(page).bytes), Stream.fail(broken)))
      case "CutShort":
        return answer(encode(halfText(text)))
      case "Zstd":
        return answer(zstd(text))
      case "CutGzip":
        return answer(halfOf(gzip(text)))
      case "Gigantic":
        return streamed(plain(""), Stream.forever(Stream.make(plain("# nothing to see here\n".repeat(3000)).bytes)))
      case "Garbage":
        return answer(plain("<!doctype html><title>It works!</title>\n"))
      case "Status":
        return HttpServerResponse.text(reasons[met.fault.status], { status: met.fault.status })
      default:
        return answer(page)
    }
  })

  return {
    fault: () => Option.map(active, ({ fault }) => fault),
    setFault: (fault) =>
      Effect.map(Clock.currentTimeMillis, (since) => {
        active = Option.map(fault, (fault) => ({ fault, since }))
      }),
    respond
  }
}

/** What a kubelet says to a request it does not serve; its authorization is that of the cluster. */
const refuse = (
  access: typeof Access.Service,
  request: HttpServerRequest.HttpServerRequest,
  peerCertificate: typeof PeerCertificate.Service
): HttpServerResponse.HttpServerResponse | undefined => {
  const authentication = authenticate(request, peerCertificate(request))
  if (authentication._tag !== "Known") return HttpServerResponse.text(reasons[401], { status: 401 })
  const attributes = { verb: "get", group: "", resource: "nodes", subresource: "metrics", namespace: "", name: "" }
  if (!access.review(authentication.user, { _tag: "Resource", resource: attributes }).allowed) {
    return HttpServerResponse.text(
      `Forbidden (user=${authentication.user.username}, verb=get, resource=nodes, subresource(s)=[metrics])\n`,
      { status: 403 }
    )
  }
  if (new URL(request.url, "https://kubelet").pathname !== "/metrics/resource") {
    return HttpServerResponse.text(reasons[404], { status: 404 })
  }
  return request.method === "GET" ? undefined : HttpServerResponse.text("405: Method Not Allowed\n", { status: 405 })
}

const reasons = {
  401: "Unauthorized\n",
  403: "Forbidden\n",
  404: "404 page not found\n",
  500: "Internal Server Error\n",
  503: "Service Unavailable\n"
} as const

const contentType = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores"

/** What a page is on the wire. */
interface Encoded {
  readonly bytes: Uint8Array
  readonly headers: Readonly<Record<string, string>>
}

const plain = (text: string): Encoded => ({ bytes: encoder.encode(text), headers: {} })

const encoder = new TextEncoder()

const gzip = (text: string): Encoded => ({ bytes: gzipSync(text), headers: { "content-encoding": "gzip" } })

const zstd = (text: string): Encoded => ({ bytes: zstdCompressSync(text), headers: { "content-encoding": "zstd" } })

const acceptsGzip = ({ headers }: HttpServerRequest.HttpServerRequest) =>
  /\bgzip\b/.test(headers["accept-encoding"] ?? "")

const answer = ({ bytes, headers }: Encoded) => HttpServerResponse.uint8Array(bytes, { contentType, headers })

const streamed = <E>({ headers }: Encoded, bytes: Stream.Stream<Uint8Array, E>) =>
  HttpServerResponse.stream(bytes, { contentType, headers })

const slices = ({ bytes }: Encoded, pieces: number) => {
  const size = Math.ceil(bytes.length / pieces)
  return Stream.fromIterable(Array.from({ length: pieces }, (_, i) => bytes.subarray(i * size, (i + 1) * size)))
}

const halfOf = ({ bytes, headers }: Encoded): Encoded => ({ bytes: bytes.subarray(0, bytes.length >>> 1), headers })

/** Up to the middle of a line near its middle. */
const halfText = (text: string) => text.slice(0, text.indexOf("\n", text.length >>> 1) - 1)
