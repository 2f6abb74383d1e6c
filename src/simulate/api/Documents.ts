/** Whatever the simulated API server answers that is no resource: health, version, discovery, OpenAPI. */
import { Effect, Option } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import { type Aggregator, groupName } from "../Aggregator.ts"
import type { ApiServices } from "../ApiServices.ts"
import type { UserInfo } from "../Attributes.ts"
import * as AggregatedDiscovery from "./AggregatedDiscovery.ts"
import { type ApiRequest, shapeOf } from "./ApiRequest.ts"
import * as Discovery from "./Discovery.ts"
import * as OpenApi from "./OpenApi.ts"
import * as Status from "./Status.ts"

export const respond = (
  aggregator: typeof Aggregator.Service,
  apiServices: typeof ApiServices.Service,
  request: ApiRequest,
  user: UserInfo
): Effect.Effect<HttpServerResponse.HttpServerResponse, never, HttpServerRequest.HttpServerRequest> => {
  const { ask, proxy } = aggregator
  const discover = AggregatedDiscovery.discover(apiServices.registered(), ask)
  const discovery = shapeOf(request.accept) === "APIGroupDiscoveryList"
  const path = request.path.replace(/(.)\/$/, "$1")
  switch (path) {
    case "/healthz":
    case "/livez":
    case "/readyz":
      return Effect.succeed(HttpServerResponse.text("ok"))
    case "/version":
      return Effect.succeed(json(version))
    case "/api":
      return Effect.succeed(
        discovery ? discoveryJson(Discovery.aggregatedCore()) : json(Discovery.legacyVersions("127.0.0.1"))
      )
    case "/apis":
      return Effect.map(
        discover,
        (versions) =>
          discovery ? discoveryJson(Discovery.aggregatedGroups(versions)) : json(Discovery.legacyGroups(versions))
      )
    case "/openapi/v2":
      // Its own kinds are in version 3 alone, so that with the metrics server's the document is whole.
      return Effect.flatMap(ask("/openapi/v2", "application/json"), (answer) =>
        Option.isSome(answer)
          ? proxy(user)
          : Effect.succeed(/json|\*\/\*|^$/.test(request.accept) ? json(OpenApi.v2) : openApiProtobuf))
    case "/openapi/v3":
      return Effect.map(ask("/openapi/v3", "application/json"), (answer) => json(OpenApi.v3Index(answer)))
  }
  if (path.startsWith(`/openapi/v3/apis/${groupName}/`)) return proxy(user)
  if (path.startsWith("/openapi/v3/")) return Effect.succeed(jsonOr404(OpenApi.v3(path.slice("/openapi/v3/".length))))
  const [root, first = "", second] = path.slice(1).split("/")
  if (root === "api") return Effect.succeed(jsonOr404(Discovery.resources("", first)))
  if (root !== "apis") return Effect.succeed(Status.noSuchPath)
  if (second === undefined) {
    return Effect.map(discover, (versions) => jsonOr404(Discovery.group(first, versions)))
  }
  return (first === groupName ? apiServices.proxy(second, user) : undefined) ??
    Effect.succeed(jsonOr404(Discovery.resources(first, second)))
}

const json = (body: object) => HttpServerResponse.jsonUnsafe(body)

const jsonOr404 = (body: object | undefined) => body === undefined ? Status.noSuchPath : json(body)

const discoveryJson = (body: object) =>
  HttpServerResponse.text(JSON.stringify(body), {
    contentType: "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
  })

const openApiProtobuf = HttpServerResponse.uint8Array(OpenApi.v2Protobuf, {
  contentType: "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
})

const version = {
  major: "1",
  minor: "36",
  gitVersion: "v1.36.2",
  gitCommit: "simulated",
  gitTreeState: "clean",
  buildDate: "2026-01-01T00:00:00Z",
  goVersion: "none",
  compiler: "none",
  platform: "linux/amd64"
}
