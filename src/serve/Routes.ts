/** What is served where, one line per path. */
import { type Array, Effect, Layer, Schema } from "effect"
import { HttpServer } from "effect/http"
import { NetAddress } from "effect/net"
import * as AggregatedDiscovery from "./AggregatedDiscovery.ts"
import * as Answer from "./Answer.ts"
import { Access } from "./auth/Access.ts"
import * as Discovery from "./Discovery.ts"
import * as EveryAnswer from "./EveryAnswer.ts"
import * as HttpApp from "./HttpApp.ts"
import * as Limits from "./Limits.ts"
import { MetricsApi, type Resource } from "./MetricsApi.ts"
import * as OpenApi from "./OpenApi.ts"
import * as Route from "./Route.ts"
import { VersionInfo } from "./schema/Meta.ts"
import { group, groupVersion, type Version } from "./schema/Metrics.ts"

export interface Options {
  /** Of this program: major.minor.patch. */
  readonly version: string
  /** Paths that others answer: probes, and the server's own metrics. */
  readonly extra: ReadonlyArray<Route.Route>
  readonly requests?: Limits.Options & EveryAnswer.Options & {
    /** Whether new requests are told to come again while the last ones are finished. */
    readonly shutdownSendRetryAfter: boolean
  }
}

/** Serves everything on the HTTP server in the context. */
export const layer = (options: Options) =>
  Layer.unwrap(Effect.gen(function*() {
    const limits = Limits.make(options.requests ?? Limits.defaults)
    const drain = options.requests?.shutdownSendRetryAfter ? limits.drain : Effect.void
    return Layer.effectDiscard(Effect.andThen(announce, Effect.addFinalizer(() => drain))).pipe(
      Layer.provideMerge(HttpServer.serve(yield* make(options, limits)))
    )
  }))

const announce = Effect.flatMap(
  HttpServer.HttpServer,
  ({ address }) =>
    Effect.annotateLogs(Effect.logInfo(`serving on ${NetAddress.formatSocketAddress(address)}`), { service: "Routes" })
)

/** Everything, for any server. */
export const make = Effect.fnUntraced(function*(options: Options, limits = Limits.make(Limits.defaults)) {
  const api = yield* MetricsApi
  const access = yield* Access
  const routes = [
    ...ofGroup(api.versions),
    ...api.versions.flatMap((version) => ofVersion(version, api.nodes(version), api.pods(version))),
    Route.fact("/version", versionInfo(options.version)),
    ...yield* OpenApi.routes({ version: options.version, versions: api.versions }),
    ...options.extra
  ]
  return yield* HttpApp.make(routes, access, limits, options.requests ?? EveryAnswer.defaults)
})

const versionInfo = (version: string) => {
  const [major = "", minor = ""] = version.split(".")
  return Schema.encodeSync(VersionInfo)({ major, minor, gitVersion: `v${version}` })
}

const ofGroup = (versions: Array.NonEmptyReadonlyArray<Version>) => [
  discovery(versions),
  Route.document(`/apis/${group}`, () => Effect.succeed(Discovery.apiGroup(versions)))
]

/** Groups alone, or for those who ask so everything that there is to discover. */
const discovery = (versions: Array.NonEmptyReadonlyArray<Version>) => {
  const groups = Discovery.groupList(versions)
  const aggregated = AggregatedDiscovery.make(versions)
  return Route.negotiated(
    "/apis",
    ({ headers }, negotiated) =>
      Effect.succeed(
        negotiated.conversion === undefined
          ? Answer.document(groups, negotiated)
          : aggregated(negotiated, headers["if-none-match"])
      ),
    { offers: AggregatedDiscovery.offers }
  )
}

const ofVersion = (version: Version, nodes: Resource, pods: Resource) => {
  const path = `/apis/${groupVersion(version)}`
  return [
    Route.document(path, () => Effect.succeed(Discovery.resourceList(version))),
    Route.collection(`${path}/nodes`, listOf(nodes)),
    Route.object(`${path}/nodes/{name}`, oneOf(nodes)),
    Route.collection(`${path}/pods`, listOf(pods)),
    Route.collection(`${path}/namespaces/{namespace}/pods`, listOf(pods)),
    Route.object(`${path}/namespaces/{namespace}/pods/{name}`, oneOf(pods))
  ]
}

const listOf = (resource: Resource) => ({ info, query }: Route.Request) =>
  resource.list({ namespace: info.namespace, query })

const oneOf = (resource: Resource) => ({ info }: Route.Request) => resource.get(info)
