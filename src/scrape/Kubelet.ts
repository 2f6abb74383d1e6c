/** The kubelet as a service: one node in, one sample out. */
import { Clock, Context, Duration, Effect, Layer, Option, Result, Stream } from "effect"
import { HttpClientRequest, type HttpClientResponse } from "effect/http"
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

        const request = Effect.fnUntraced(function*(node: Node, { address, port }: Endpoint) {
          const dialled = hostAndPort(address, port)
          const fail = (reason: KubeletReason, detail: string, cause?: unknown) =>
            new KubeletError({ node: node.name, address: dialled, reason, detail, ...cause !== undefined && { cause } })

          const credentials = options.completelyInsecure
            ? Option.none<string>()
            : (yield* Effect.mapError(kube.credentials, (error) => fail("unauthorized", error.message, error)))
              .authorization
          const requestedAt = yield* Clock.currentTimeMillis
          const response = yield* HttpClientRequest.get(`${scheme}://${dialled}${node.metricsPath}`).pipe(
            Option.isSome(credentials) ? HttpClientRequest.setHeader("authorization", credentials.value) : (_) => _,
            client.execute,
            Effect.mapError((error) => {
              const { reason, detail } = explainTransport(error)
              return fail(reason, detail, error)
            })
          )
          if (response.status !== 200) {
            return yield* fail(byStatus[response.status] ?? "status", `HTTP status ${response.status}`)
          }
          const bytes = yield* body(response, fail)
          const page = parse(bytes, requestedAt)
          if (Result.isFailure(page)) {
            return yield* fail("malformed_page", page.failure.message)
          }
          const { containers, points, scrapeError } = page.success
          if (containers.length === 0 && Number.isNaN(points.cpuSeconds(0))) {
            return yield* fail("no_data", scrapeError ? "the page says scrape error" : "the page has no usage in it")
          }
          return { node: node.name, containers, points } satisfies Sample
        })

        const scrape = (node: Node) => {
          const [first, ...others] = candidates(node, options)
          const failure = (reason: KubeletReason, detail: string, address = "") =>
            Effect.fail(new KubeletError({ node: node.name, address, reason, detail }))
          if (first === undefined) {
            const has = node.addresses.map((_) => _.type).join(", ") || "none"
            return failure("no_address", `wanted one of ${options.preferredTypes.join(", ")}, it has ${has}`)
          }
          return others.reduce(
            (attempt, other) =>
              Effect.catchIf(
                attempt,
                (error) => worthAnotherAddress.has(error.reason),
                (error) => Effect.mapError(request(node, other), () => error)
              ),
            request(node, first)
          ).pipe(
            Effect.timeoutOrElse({
              duration: options.requestTimeout,
              orElse: () =>
                failure(
                  "timeout",
                  `no complete answer within ${Duration.toSeconds(options.requestTimeout)} s`,
                  hostAndPort(first.address, first.port)
                )
            })
          )
        }

        return Kubelet.of({ scrape })
      })
    )
  }
}

const byStatus: Readonly<Record<number, KubeletReason>> = { 401: "unauthorized", 403: "forbidden" }

/** IPv6 addresses stand in brackets in a URL. */
const hostAndPort = (address: string, port: number) => `${address.includes(":") ? `[${address}]` : address}:${port}`

/** The whole body, but never more than a page can have. */
const body = Effect.fnUntraced(function*(
  response: HttpClientResponse.HttpClientResponse,
  fail: (reason: KubeletReason, detail: string, cause?: unknown) => KubeletError
) {
  const chunks: Array<Uint8Array> = []
  let size = 0
  yield* Stream.runForEachArray(response.stream, (arrived) => {
    for (const chunk of arrived) {
      size += chunk.length
      chunks.push(chunk)
    }
    return size > maxPageBytes
      ? Effect.fail(fail("body_too_large", `the answer exceeds ${maxPageBytes} bytes`))
      : Effect.void
  }).pipe(Effect.catchTag("HttpClientError", (error) => {
    const { reason, detail } = explainTransport(error)
    return Effect.fail(fail(reason, detail, error))
  }))
  return Buffer.concat(chunks, size)
})
