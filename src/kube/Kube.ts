/** The kube-apiserver as an HTTP client: by a kubeconfig, or from inside the cluster as its service account. */
import { Context, Effect, type Exit, Layer, Option, Schema, Scope } from "effect"
import { HttpClient, HttpClientError, HttpClientRequest } from "effect/http"
import * as CredentialPlugins from "./CredentialPlugins.ts"
import { type Access, fromFile, inCluster, type Problems, type Source } from "./Credentials.ts"
import { explain, open, sameTransport, type Transport } from "./Transport.ts"

/** There is no way into the cluster: everything that can be known to be wrong at once, and what to do. */
export class KubeError extends Schema.TaggedError<KubeError>()("KubeError", {
  /** The kubeconfig or the service account. */
  source: Schema.String,
  problems: Schema.Array(Schema.String),
  advice: Schema.String
}) {
  override get message() {
    return `cannot use ${this.source}: ${this.problems.join("; ")}; ${this.advice}`
  }
}

/** Who this server is, for others who know the same authorities: the kubelets. */
export interface Credentials {
  /** The whole header. */
  readonly authorization: Option.Option<string>
  /** PEM, as are the next. */
  readonly ca: Option.Option<string>
  readonly cert: Option.Option<string>
  readonly key: Option.Option<string>
}

export interface KubeOptions {
  /** None: the service account of the pod this runs in. */
  readonly kubeconfig: Option.Option<string>
  /** Where a pod finds its service account. */
  readonly serviceAccount?: string
}

export class Kube extends Context.Service<Kube, {
  /** Takes paths such as `/api/v1/nodes`; adds the server's address and our credentials. */
  readonly http: HttpClient.HttpClient
  readonly credentials: Effect.Effect<Credentials, KubeError>
}>()("metrics-server/kube/Kube") {
  static layer({ kubeconfig, serviceAccount = "/var/run/secrets/kubernetes.io/serviceaccount" }: KubeOptions) {
    return Layer.effect(
      Kube,
      Effect.gen(function*() {
        const source = yield* Option.match(kubeconfig, { onNone: () => inCluster(serviceAccount), onSome: fromFile })
        const { connection, refused } = yield* connect(source)

        const current = (request: HttpClientRequest.HttpClientRequest) =>
          Effect.mapError(connection, (cause) => unsent(request, cause))

        const http = HttpClient.makeWith<
          HttpClientError.HttpClientError,
          never,
          HttpClientError.HttpClientError,
          never
        >(
          Effect.flatMap((request) =>
            Effect.flatMap(current(request), ({ access, client }) =>
              client.postprocess(Effect.succeed(request)).pipe(
                Effect.mapError((error) => explain(error, access, source.name)),
                Effect.tap(({ status }) => status === 401 ? refused : Effect.void)
              ))
          ),
          (request) => Effect.map(current(request), ({ access }) => addressed(request, access))
        )

        return Kube.of({ http, credentials: Effect.map(connection, ({ access }) => toCredentials(access)) })
      })
    )
  }

  /** The lowest seam: whatever answers the requests, under the name that pods know the kube-apiserver by. */
  static layerHttp(http: HttpClient.HttpClient, credentials: Credentials = nobody) {
    return Layer.succeed(Kube, {
      http: HttpClient.mapRequest(http, HttpClientRequest.prependUrl("https://kubernetes.default.svc")),
      credentials: Effect.succeed(credentials)
    })
  }
}

interface Connection extends Transport {
  readonly access: Access
}

/** Files are replaced long before what they replace expires; after a refusal they are read again at once. */
const timeToLive = (exit: Exit.Exit<unknown, unknown>) => exit._tag === "Success" ? "10 seconds" : "1 second"

/** The connection to use now: it follows its files, and while they are broken the last one that worked stays in use. */
const connect = Effect.fnUntraced(function*(source: Source) {
  const scope = yield* Effect.scope
  const plugins = CredentialPlugins.make()
  const failed = (problems: Problems) => new KubeError({ source: source.name, problems, advice: source.advice })
  let last: Connection | undefined
  let complaint = ""

  const refresh = Effect.gen(function*() {
    const { access, user } = yield* source.read
    const complete = yield* plugins.apply(access, user)
    const before = last
    if (before !== undefined && sameTransport(before.access, complete)) {
      last = { ...before, access: complete }
    } else {
      last = { ...yield* Effect.provideService(open(complete), Scope.Scope, scope), access: complete }
      if (before !== undefined) yield* Effect.forkIn(before.retire, scope)
    }
    complaint = ""
    return last
  }).pipe(
    Effect.mapError(failed),
    Effect.catch((error) => {
      if (last === undefined) return Effect.fail(error)
      const known = complaint === error.message
      complaint = error.message
      return Effect.as(known ? Effect.void : Effect.logWarning(`${error.message}; keeping what was read before`), last)
    }),
    Effect.annotateLogs({ service: "Kube" })
  )

  // What a file lacks is said at start; what a plugin or the network lacks may come later.
  yield* Effect.mapError(source.read, failed)
  const [connection, invalidate] = yield* Effect.cachedInvalidateWithTTL(refresh, timeToLive)
  return { connection, refused: Effect.andThen(Effect.sync(plugins.forget), invalidate) }
})

const addressed = (request: HttpClientRequest.HttpClientRequest, access: Access) =>
  request.pipe(
    HttpClientRequest.prependUrl(access.server),
    HttpClientRequest.setHeader("user-agent", "metrics-server"),
    HttpClientRequest.setHeaders({
      ...access.authorization && { authorization: access.authorization },
      ...access.impersonate && { "impersonate-user": access.impersonate }
    })
  )

const unsent = (request: HttpClientRequest.HttpClientRequest, cause: KubeError) =>
  new HttpClientError.HttpClientError({
    reason: new HttpClientError.TransportError({ request, cause, description: cause.message })
  })

const toCredentials = ({ authorization, tls }: Access): Credentials => ({
  authorization: Option.fromUndefinedOr(authorization),
  ca: Option.fromUndefinedOr(tls.ca),
  cert: Option.fromUndefinedOr(tls.cert),
  key: Option.fromUndefinedOr(tls.key)
})

const nobody: Credentials = { authorization: Option.none(), ca: Option.none(), cert: Option.none(), key: Option.none() }
