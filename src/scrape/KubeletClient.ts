/** The way to the kubelets: pages are asked for with their certificate authority and our client certificate. */
import { Context, Duration, Effect, Function, Layer, Option, Result, Schedule, Schema } from "effect"
import { type HttpClient, HttpClientRequest } from "effect/http"
import { createSecureContext } from "node:tls"
import { type Endpoint, hostAndPort } from "../discover/Address.ts"
import * as Pem from "../Pem.ts"
import * as TimeLimit from "../TimeLimit.ts"
import { unzip } from "./Gzip.ts"
import type { Security } from "./KubeletConnection.ts"
import { KubeletConnections } from "./KubeletConnections.ts"
import { explainTransport, KubeletReason } from "./KubeletError.ts"
import { KubeletTls, type Material } from "./KubeletTls.ts"
import { type Problem, ResponseReader } from "./ResponseReader.ts"

/** There is no answer: the connection failed, or what came over it is none. */
export class NoAnswer extends Schema.TaggedError<NoAnswer>()("NoAnswer", {
  reason: KubeletReason,
  /** What happened, in a clause. */
  detail: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {
  override get message() {
    return this.detail
  }
}

export interface PageRequest {
  readonly endpoint: Endpoint
  /** As it is sent: without anything that needs escaping. */
  readonly path: string
  /** The whole header. */
  readonly authorization: Option.Option<string>
}

export interface KubeletClientOptions {
  /** Plain HTTP: `--deprecated-kubelet-completely-insecure`. */
  readonly completelyInsecure: boolean
  /** How many connections are kept between two scrapes. */
  readonly maxIdleConnections: number
  /** How long a kubelet may take, from the connection to the last byte. */
  readonly requestTimeout: Duration.Duration
}

/** A page of 500 pods with four containers each has a megabyte. */
const maxBody = 16 * 1024 * 1024

/** What a scrape's requests go through. Tests put scripted kubelets here and keep every layer above. */
export class KubeletClient extends Context.Service<KubeletClient, {
  /**
   * Gets a page within the request timeout. `read` is called with status and body as soon as they are complete; the bytes
   * of the body are lent, and hold something else once it has returned. Interruption breaks the request off.
   */
  get<A>(request: PageRequest, read: (status: number, body: Uint8Array) => A): Effect.Effect<A, NoAnswer>
}>()("metrics-server/scrape/KubeletClient") {
  static layer({ completelyInsecure, maxIdleConnections, requestTimeout }: KubeletClientOptions) {
    return Layer.effect(
      KubeletClient,
      Effect.gen(function*() {
        const { current } = yield* KubeletTls
        const connections = yield* Effect.acquireRelease(
          Effect.sync(() => new KubeletConnections({ maxIdle: maxIdleConnections, maxBody })),
          (connections) => Effect.sync(() => connections.closeAll())
        )
        yield* Effect.forkScoped(
          Effect.repeat(Effect.sync(() => connections.look()), Schedule.spaced("1 minute"))
        )

        const limit = yield* TimeLimit.make(requestTimeout)
        const expired = Effect.fail(tooLate(requestTimeout))

        const exchange = <A>(request: PageRequest, read: (status: number, body: Uint8Array) => A) =>
          Effect.callback<A, NoAnswer>((resume) => {
            const text = textOf(request)
            if (Option.isNone(text)) return resume(Effect.fail(unsendable))
            const begun = Result.try(() =>
              connections.exchange(request.endpoint, text.value, (outcome) => {
                limit.end(running)
                if (outcome instanceof ResponseReader) resume(Effect.fromResult(answer(outcome, read)))
                else resume(Effect.fail(new NoAnswer({ ...explainTransport(outcome), cause: outcome })))
              })
            )
            if (Result.isFailure(begun)) return resume(Effect.fail(undialled(begun.failure)))
            const abort = begun.success
            const running = limit.begin(() => {
              abort()
              resume(expired)
            })
            return Effect.sync(() => {
              limit.end(running)
              abort()
            })
          })

        const secured = <A>(request: PageRequest, read: (status: number, body: Uint8Array) => A) =>
          Effect.flatMap(current, (material) => {
            connections.secureBy(securityOf(material))
            return exchange(request, read)
          })
        return KubeletClient.of({ get: completelyInsecure ? exchange : secured })
      })
    )
  }

  /** The lowest seam: whatever answers the requests. */
  static layerHttp(
    http: HttpClient.HttpClient,
    { requestTimeout }: Pick<KubeletClientOptions, "requestTimeout">
  ) {
    return Layer.succeed(KubeletClient, {
      get: ({ authorization, endpoint, path }, read) =>
        http.execute(HttpClientRequest.get(`https://${hostAndPort(endpoint)}${path}`, {
          headers: Option.match(authorization, { onNone: () => ({}), onSome: (authorization) => ({ authorization }) })
        })).pipe(
          Effect.flatMap((response) =>
            Effect.map(response.arrayBuffer, (body) => read(response.status, new Uint8Array(body)))
          ),
          Effect.mapError((cause) => new NoAnswer({ ...explainTransport(cause), cause })),
          Effect.timeoutOrElse({ duration: requestTimeout, orElse: () => Effect.fail(tooLate(requestTimeout)) })
        )
    })
  }
}

const tooLate = (timeout: Duration.Duration) =>
  new NoAnswer({ reason: "timeout", detail: `no complete answer within ${Duration.toSeconds(timeout)} s` })

/** Node.js throws at an address that can be no name, such as one with a NUL in it. */
const undialled = (cause: unknown) =>
  new NoAnswer({ reason: "name_not_resolved", detail: explainTransport(cause).detail, cause })

/** A response that is none was told apart by its reader. Of one that is no page, nobody reads the body. */
const answer = <A>(
  reader: ResponseReader,
  read: (status: number, body: Uint8Array) => A
): Result.Result<A, NoAnswer> => {
  const { body, isGzip, problem, status } = reader
  if (problem !== undefined) return Result.fail(noAnswer(problem))
  if (!isGzip || status !== 200) return Result.succeed(read(status, body))
  return Result.mapBoth(unzip(body, maxBody), { onSuccess: (page) => read(status, page), onFailure: noAnswer })
}

const noAnswer = (problem: Problem) => new NoAnswer(problem)

const ours = "User-Agent: metrics-server\r\nAccept-Encoding: gzip\r\n"

/** The whole request; none when the credentials cannot be sent in a header. */
const textOf = ({ authorization, endpoint, path }: PageRequest) =>
  Option.map(endOf(authorization), (end) => `GET ${path} HTTP/1.1\r\nHost: ${hostAndPort(endpoint)}\r\n${end}`)

/** What is the same for all kubelets. */
const endOf = Function.memoize((authorization: Option.Option<string>) => {
  const credentials = Option.match(authorization, {
    onNone: () => "",
    onSome: (authorization) => `Authorization: ${authorization}\r\n`
  })
  return /^[\x20-\x7e]*(\r\n)?$/.test(credentials) ? Option.some(`${ours}${credentials}\r\n`) : Option.none()
})

const unsendable = new NoAnswer({
  reason: "unauthorized",
  detail: "the token holds characters that no header can carry"
})

/** One context for all kubelets, because it holds all authorities; another one when the material is another. */
const securityOf = Function.memoize(({ rejectUnauthorized, ...pem }: Material): Security => ({
  context: createSecureContext({ ...pem, ...Pem.trust }),
  rejectUnauthorized
}))
