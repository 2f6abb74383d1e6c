/** The kubelet as a service: one node in, one sample out. */
import { Clock, Context, Duration, Effect, Layer, Option, Result, Stream } from "effect"
import type { HttpClientError, HttpClientResponse } from "effect/http"
import { type AddressOptions, candidates, type Endpoint } from "../discover/Address.ts"
import type { Node } from "../discover/Nodes.ts"
import { Kube } from "../kube/Kube.ts"
import type { Sample } from "../Sample.ts"
import { parse } from "./Exposition.ts"
import { KubeletClient } from "./KubeletClient.ts"
import { explainTransport, KubeletError, type KubeletReason } from "./KubeletError.ts"

export interface KubeletOptions extends AddressOptions {
  readonly requestTimeout: Duration.Duration
  /** Plain HTTP without credentials: `--deprecated-kubelet-completely-insecure`. */
  readonly completelyInsecure: boolean
}

/** A page of 500 pods with four containers each has a megabyte. */
const maxPageBytes = 16 * 1024 * 1024

/** What another address of the same node may cure. */
const worthAnotherAddress: ReadonlySet<KubeletReason> = new Set<KubeletReason>([
  "name_not_resolved",
  "connection_refused",
  "unreachable",
  "tls_name_mismatch"
])

export class Kubelet extends Context.Service<Kubelet, {
  /** Reads `/metrics/resource` of a node, within the request timeout. Interruption aborts the request. */
  scrape(node: Node): Effect.Effect<Sample, KubeletError>
}>()("metrics-server/scrape/Kubelet") {
  static layer(options: KubeletOptions) {
    return Layer.effect(
      Kubelet,
      Effect.gen(function*() {
        const client = yield* KubeletClient
        const kube = yield* Kube
        const scheme = options.completelyInsecure ? "http" : "https"
        const authorization = options.completelyInsecure
          ? Effect.succeedNone
          : Effect.map(kube.credentials, (credentials) => credentials.authorization)

        const attempt = Effect.fnUntraced(function*(node: Node, endpoint: Endpoint) {
          const dialled = hostAndPort(endpoint)
          const fail = failing(node, dialled)
          const header = yield* Effect.mapError(authorization, (error) => fail("unauthorized", error.message, error))
          const requestedAt = yield* Clock.currentTimeMillis
          const response = yield* client.get(`${scheme}://${dialled}${node.metricsPath}`, {
            headers: Option.match(header, { onNone: () => ({}), onSome: (authorization) => ({ authorization }) })
          }).pipe(Effect.mapError(fail.transport))
          if (response.status !== 200) {
            return yield* fail(byStatus[response.status] ?? "status", `HTTP status ${response.status}`)
          }
          const page = parse(yield* body(response, fail), requestedAt)
          if (Result.isFailure(page)) return yield* fail("malformed_page", page.failure.message)
          const { containers, points, scrapeError } = page.success
          if (containers.length === 0 && Number.isNaN(points.cpuSeconds(0))) {
            return yield* fail("no_data", scrapeError ? "the page says scrape error" : "the page has no usage in it")
          }
          return { node: node.name, containers, points } satisfies Sample
        })

        const scrape = Effect.fnUntraced(function*(node: Node) {
          const [first, ...others] = candidates(node, options)
          if (first === undefined) {
            const has = node.addresses.map(({ type }) => type).join(", ") || "none"
            return yield* failing(node, "")("no_address", `wanted ${options.preferredTypes.join(", ")}, it has ${has}`)
          }
          const timedOut = failing(node, hostAndPort(first))
          return yield* others.reduce(orElse((other) => attempt(node, other)), attempt(node, first)).pipe(
            Effect.timeoutOrElse({
              duration: options.requestTimeout,
              orElse: () =>
                timedOut("timeout", `no complete answer within ${Duration.toSeconds(options.requestTimeout)} s`)
            })
          )
        })

        return Kubelet.of({ scrape })
      })
    )
  }
}

const byStatus: Readonly<Record<number, KubeletReason>> = { 401: "unauthorized", 403: "forbidden" }

/** IPv6 addresses stand in brackets in a URL. */
const hostAndPort = ({ address, port }: Endpoint) => `${address.includes(":") ? `[${address}]` : address}:${port}`

/** Makes the errors of one attempt. */
const failing = (node: Node, address: string) => {
  const fail = (reason: KubeletReason, detail: string, cause?: unknown) =>
    new KubeletError({ node: node.name, address, reason, detail, ...cause !== undefined && { cause } })
  return Object.assign(fail, {
    transport: (error: HttpClientError.HttpClientError) => {
      const { detail, reason } = explainTransport(error)
      return fail(reason, detail, error)
    }
  })
}

/** Tries the next address where that may help. The first failure is the one that is told: it is of the preferred address. */
const orElse =
  <A>(next: (endpoint: Endpoint) => Effect.Effect<A, KubeletError>) =>
  (attempted: Effect.Effect<A, KubeletError>, endpoint: Endpoint) =>
    Effect.catchIf(
      attempted,
      ({ reason }) => worthAnotherAddress.has(reason),
      (error) => Effect.mapError(next(endpoint), () => error)
    )

/** The whole body, but never more than a page can have. */
const body = Effect.fnUntraced(function*(
  response: HttpClientResponse.HttpClientResponse,
  fail: ReturnType<typeof failing>
) {
  const chunks: Array<Uint8Array> = []
  let size = 0
  yield* response.stream.pipe(
    Stream.mapError(fail.transport),
    Stream.runForEachArray((arrived) => {
      for (const chunk of arrived) {
        size += chunk.length
        chunks.push(chunk)
      }
      return size > maxPageBytes
        ? Effect.fail(fail("body_too_large", `the answer exceeds ${maxPageBytes} bytes`))
        : Effect.void
    })
  )
  return Buffer.concat(chunks, size)
})
