/** One simulated kubelet: how it answers a request, faults included. It needs no socket. */
import { Clock, Duration, Effect, Option, Schedule, Schema, Stream } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
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
    KubeletPage.make({ ...options, pods, housekeeping: Duration.toMillis(options.housekeeping) })

  const print = (now: number, met: Active | undefined): string => {
    switch (met?.fault._tag) {
      case "StaleTimestamps":
        return page().print({ now: met.since })
      case "BackwardsTimestamps":
        return page().print({ now: 2 * met.since - now })
      case "CounterReset":
        return page().print({ now, countersResetAt: met.since })
      case "Restart":
        return layOut(options.pods().map(({ pod }) => ({ pod, startedAt: met.since }))).print({ now })
      case "DuplicatePod":
        return layOut([...options.pods(), { pod: met.fault.pod, startedAt: options.bootedAt }]).print({ now })
      case "ScrapeError":
        return KubeletPage.scrapeError()
      default:
        return page().print({ now })
    }
  }

  const respond = Effect.gen(function*() {
    const refusal = refuse(options.access, yield* HttpServerRequest.HttpServerRequest, yield* PeerCertificate)
    if (refusal !== undefined) return refusal
    const met = meet()
    const text = print(yield* Clock.currentTimeMillis, met)
    switch (met?.fault._tag) {
      case "Reset":
        return yield* broken
      case "Hang":
        return yield* Effect.never
      case "SlowHeaders":
        return yield* Effect.delay(Effect.succeed(answer(text)), met.fault.delay)
      case "SlowBody":
        return streamed(slices(text, met.fault.pieces).pipe(Stream.schedule(Schedule.spaced(met.fault.interval))))
      case "Truncated":
        return streamed(Stream.concat(Stream.make(text.slice(0, text.length / 2)), Stream.fail(broken)))
      case "Gigantic":
        return streamed(Stream.forever(Stream.make("# nothing to see here\n".repeat(3000))))
      case "Garbage":
        return answer("<!doctype html><title>It works!</title>\n")
      case "Status":
        return HttpServerResponse.text(reasons[met.fault.status], { status: met.fault.status })
      default:
        return answer(text)
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

const answer = (text: string) => HttpServerResponse.text(text, { contentType })

const streamed = <E>(text: Stream.Stream<string, E>) =>
  HttpServerResponse.stream(Stream.encodeText(text), { contentType })

const slices = (text: string, pieces: number) => {
  const size = Math.ceil(text.length / pieces)
  return Stream.fromIterable(Array.from({ length: pieces }, (_, i) => text.slice(i * size, (i + 1) * size)))
}
