/** The kubelet as a service: one node in, one sample out. */
import { Array as Arr, Clock, Context, Duration, Effect, Function, Layer, type Option, Result } from "effect"
import { type AddressOptions, candidates, type Endpoint, hostAndPort } from "../discover/Address.ts"
import type { Node } from "../discover/Nodes.ts"
import { Kube } from "../kube/Kube.ts"
import * as Monotonic from "../Monotonic.ts"
import type { Sample } from "../Sample.ts"
import { type Before, type Page, parse } from "./Exposition.ts"
import { KubeletClient } from "./KubeletClient.ts"
import { KubeletError, type KubeletReason } from "./KubeletError.ts"

export interface KubeletOptions extends AddressOptions {
  readonly requestTimeout: Duration.Duration
  /** Our credentials are not shown: `--deprecated-kubelet-completely-insecure`. */
  readonly completelyInsecure: boolean
}

/** What another address of the same node may cure. */
const worthAnotherAddress: ReadonlySet<KubeletReason> = new Set<KubeletReason>([
  "name_not_resolved",
  "connection_refused",
  "unreachable",
  "tls_name_mismatch"
])

export class Kubelet extends Context.Service<Kubelet, {
  /**
   * Reads `/metrics/resource` of a node, within the request timeout. Interruption aborts the request. What the sample before
   * had need not be made out again; its points are given up.
   */
  scrape(node: Node, before?: Before): Effect.Effect<Sample, KubeletError>
}>()("metrics-server/scrape/Kubelet") {
  static layer(options: KubeletOptions) {
    return Layer.effect(
      Kubelet,
      Effect.gen(function*() {
        const client = yield* KubeletClient
        const kube = yield* Kube
        const clock = yield* Clock.Clock
        const now = yield* Monotonic.reader
        const authorization = options.completelyInsecure
          ? Effect.succeedNone
          : Effect.map(kube.credentials, (credentials) => credentials.authorization)

        const attempt = (node: Node, before: Before | undefined, endpoint: Endpoint) => {
          const address = hostAndPort(endpoint)
          const fail = failing(node, address)
          const get = (authorization: Option.Option<string>) => {
            const requestedAt = clock.currentTimeMillisUnsafe()
            return client.get(
              { endpoint, path: node.metricsPath, authorization },
              (status, body) =>
                Result.map(
                  read(status, body, requestedAt, before),
                  ({ containers, labels, points }): Sample => ({ node: node.name, address, containers, labels, points })
                )
            ).pipe(
              Effect.flatMap(Effect.fromResult),
              Effect.mapError(({ cause, detail, reason }: Unread) => fail(reason, detail, cause))
            )
          }
          return authorization.pipe(
            Effect.mapError((error) => fail("unauthorized", error.message, error)),
            Effect.flatMap(get)
          )
        }

        const endpointsOf = Function.memoize((node: Node) => candidates(node, options))

        /**
         * Tries the next address where that may help, all of them within one request timeout. The first failure is the one
         * that is told: it is of the preferred address.
         */
        const anyOf = (
          node: Node,
          before: Before | undefined,
          [endpoint, ...others]: Arr.NonEmptyReadonlyArray<Endpoint>,
          end: number
        ): Effect.Effect<Sample, KubeletError> => {
          const attempted = attempt(node, before, endpoint)
          return !Arr.isReadonlyArrayNonEmpty(others) ? attempted : Effect.catchIf(
            attempted,
            ({ reason }) => worthAnotherAddress.has(reason),
            (error) =>
              Effect.suspend(() => Effect.timeout(anyOf(node, before, others, end), Math.max(0, end - now()))).pipe(
                Effect.mapError(() => error)
              )
          )
        }

        const scrape = (node: Node, before?: Before) =>
          Effect.suspend(() => {
            const endpoints = endpointsOf(node)
            if (Arr.isReadonlyArrayNonEmpty(endpoints)) {
              return anyOf(node, before, endpoints, now() + Duration.toMillis(options.requestTimeout))
            }
            const has = node.addresses.map(({ type }) => type).join(", ") || "none"
            return Effect.fail(
              failing(node, "")("no_address", `wanted ${options.preferredTypes.join(", ")}, it has ${has}`)
            )
          })

        return Kubelet.of({ scrape })
      })
    )
  }
}

/** Why there is no page to take. */
interface Unread {
  readonly reason: KubeletReason
  readonly detail: string
  readonly cause?: unknown
}

/** What a kubelet answered. */
const read = (
  status: number,
  body: Uint8Array,
  requestedAt: number,
  before: Before | undefined
): Result.Result<Page, Unread> => {
  if (status !== 200) return Result.fail({ reason: byStatus[status] ?? "status", detail: `HTTP status ${status}` })
  const page = parse(body, requestedAt, before)
  if (Result.isFailure(page)) return Result.fail({ reason: "malformed_page", detail: page.failure.message })
  const { containers, points, scrapeError } = page.success
  return containers.length === 0 && Number.isNaN(points.cpuSeconds(0))
    ? Result.fail({
      reason: "no_data",
      detail: scrapeError ? "the page says scrape error" : "the page has no usage in it"
    })
    : Result.succeed(page.success)
}

const byStatus: Readonly<Record<number, KubeletReason>> = { 401: "unauthorized", 403: "forbidden" }

/** Makes the errors of one attempt. */
const failing = (node: Node, address: string) => (reason: KubeletReason, detail: string, cause?: unknown) =>
  new KubeletError({ node: node.name, address, reason, detail, ...cause !== undefined && { cause } })
