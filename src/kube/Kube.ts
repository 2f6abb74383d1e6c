/** The kube-apiserver as an HTTP client: by a kubeconfig, or from inside the cluster as its service account. */
import { Context, Effect, type Exit, Function, Layer, Option, Schema } from "effect"
import { HttpClient, HttpClientError, HttpClientRequest } from "effect/http"
import * as LastGood from "../LastGood.ts"
import * as Monotonic from "../Monotonic.ts"
import * as ClientMetrics from "./ClientMetrics.ts"
import * as CredentialPlugins from "./CredentialPlugins.ts"
import { type Access, fromFile, inCluster, type Problems, type Source } from "./Credentials.ts"
import * as Transport from "./Transport.ts"

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
  /** The flag that gives it. */
  readonly flag?: string
  /** Where a pod finds its service account. */
  readonly serviceAccount?: string
}

export class Kube extends Context.Service<Kube, {
  /** Takes paths such as `/api/v1/nodes`; adds the server's address and our credentials. */
  readonly http: HttpClient.HttpClient
  readonly credentials: Effect.Effect<Credentials, KubeError>
}>()("metrics-server/kube/Kube") {
  static layer(
    { flag = "--kubeconfig", kubeconfig, serviceAccount = "/var/run/secrets/kubernetes.io/serviceaccount" }: KubeOptions
  ) {
    return Layer.effect(
      Kube,
      Effect.gen(function*() {
        const source = yield* Option.match(kubeconfig, {
          onNone: () => inCluster(serviceAccount),
          onSome: (file) => fromFile(file, flag)
        })
        const { access, refused } = yield* follow(source)
        const { client, use } = yield* Transport.make

        const current = (request: HttpClientRequest.HttpClientRequest) =>
          access.pipe(Effect.tap(use), Effect.mapError((cause) => unsent(request, cause)))

        const http = HttpClient.makeWith<
          HttpClientError.HttpClientError,
          never,
          HttpClientError.HttpClientError,
          never
        >(
          Effect.flatMap((request) =>
            Effect.flatMap(current(request), (access) =>
              client.postprocess(Effect.succeed(request)).pipe(
                Effect.mapError((error) => Transport.explain(error, access, source.name)),
                Effect.tap(({ status }) => status === 401 ? refused : Effect.void)
              ))
          ),
          (request) => Effect.map(current(request), (access) => addressed(request, access))
        )

        const measured = yield* ClientMetrics.restClient
        return Kube.of({ http: measured(http), credentials: Effect.map(access, toCredentials) })
      })
    )
  }

  /** The lowest seam: whatever answers the requests, under the name that pods know the kube-apiserver by. */
  static layerHttp(http: HttpClient.HttpClient, credentials: Credentials = nobody) {
    return Layer.effect(
      Kube,
      Effect.map(ClientMetrics.restClient, (measured) => ({
        http: HttpClient.mapRequest(measured(http), HttpClientRequest.prependUrl("https://kubernetes.default.svc")),
        credentials: Effect.succeed(credentials)
      }))
    )
  }
}

/** A credential plugin that takes longer keeps its users waiting, and scrapes are among them. */
const patience = "10 seconds"

/** How long it may be used before it is asked for again. */
const timeToLive = (exit: Exit.Exit<unknown, unknown>) => exit._tag === "Success" ? LastGood.pause : "1 second"

/** The access to use now: it follows its files, and while they are broken the last one that worked stays in use. */
const follow = Effect.fnUntraced(function*(source: Source) {
  const plugins = CredentialPlugins.make()
  const failed = (problems: Problems) => new KubeError({ source: source.name, problems, advice: source.advice })
  const read = source.read.pipe(
    Effect.flatMap(({ access, user }) => plugins.apply(access, user)),
    Effect.timeoutOrElse({ duration: patience, orElse: () => Effect.fail([`no credentials within ${patience}`]) }),
    Effect.mapError(failed)
  )
  // What a file lacks is said at start; what a plugin or the network lacks may come later.
  yield* Effect.mapError(source.read, failed)
  const [access, invalidate] = yield* Monotonic.cachedInvalidateWithTTL(
    LastGood.make(read, { service: "Kube", kept: "keeping what was read before" }),
    timeToLive
  )
  // After a refusal the files are read again at once.
  return { access, refused: Effect.andThen(Effect.sync(plugins.forget), invalidate) }
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

/** Asked for with each scrape: the access is the same until its files change. */
const toCredentials = Function.memoize(({ authorization, tls }: Access): Credentials => ({
  authorization: Option.fromUndefinedOr(authorization),
  ca: Option.fromUndefinedOr(tls.ca),
  cert: Option.fromUndefinedOr(tls.cert),
  key: Option.fromUndefinedOr(tls.key)
}))

/** Who shows nothing, and knows no authority. */
export const nobody: Credentials = {
  authorization: Option.none(),
  ca: Option.none(),
  cert: Option.none(),
  key: Option.none()
}
