/** As much of a kube-apiserver as kubectl, clients of metrics.k8s.io and the metrics server need. */
import { Clock, Context, Duration, Effect, Layer } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { Access } from "./Access.ts"
import { Aggregator, groupName } from "./Aggregator.ts"
import * as ApiRequest from "./api/ApiRequest.ts"
import * as Documents from "./api/Documents.ts"
import * as FaultControl from "./api/FaultControl.ts"
import * as Lists from "./api/Lists.ts"
import * as Representation from "./api/Representation.ts"
import * as Reviews from "./api/Reviews.ts"
import * as Status from "./api/Status.ts"
import * as Watch from "./api/Watch.ts"
import * as Writes from "./api/Writes.ts"
import { ApiFaults } from "./ApiFaults.ts"
import { ApiServices } from "./ApiServices.ts"
import type { Attributes, ResourceAttributes, UserInfo } from "./Attributes.ts"
import { authenticate, PeerCertificate } from "./Authentication.ts"
import { anonymous, frontProxyName, Identities } from "./Identities.ts"
import { KubeletFleet } from "./KubeletFleet.ts"
import * as Objects from "./Objects.ts"
import { ObjectStore } from "./ObjectStore.ts"
import * as Resources from "./Resources.ts"

type Answer = Effect.Effect<HttpServerResponse.HttpServerResponse, never, HttpServerRequest.HttpServerRequest>

export class ApiServer extends Context.Service<ApiServer, {
  /** Answers the request in its context: it does not know where that came from. */
  readonly app: Answer
}>()("metrics-server/simulate/ApiServer") {
  /** Bookmarks come every minute, as the real one's do. */
  static layer({ bookmarkInterval = Duration.minutes(1) }: { readonly bookmarkInterval?: Duration.Duration } = {}) {
    return Layer.effect(
      ApiServer,
      Effect.gen(function*() {
        const store = yield* ObjectStore
        const access = yield* Access
        const aggregator = yield* Aggregator
        const apiServices = yield* ApiServices
        const faults = yield* ApiFaults
        const fleet = yield* KubeletFleet
        yield* store.put(authenticationConfig(yield* Identities))

        const resource = (request: ApiRequest.ApiRequest, asked: ResourceAttributes, user: UserInfo): Answer => {
          const { version } = request
          if (asked.group === groupName) return apiServices.proxy(version, user) ?? Effect.succeed(Status.noSuchPath)
          const review = asked.verb === "create" ? Reviews.respond(access, asked, user) : undefined
          if (review !== undefined) return review
          const stored = Resources.find(asked.group, version, asked.resource)
          return stored === undefined || asked.subresource !== ""
            ? Effect.succeed(Status.noSuchPath)
            : Resources.types[stored].readOnly === true
            ? read(stored, request, asked)
            : write(stored, request, asked)
        }

        const read = (
          resource: Resources.Resource,
          request: ApiRequest.ApiRequest,
          asked: ResourceAttributes
        ): Answer => {
          switch (asked.verb) {
            case "get":
              return get(resource, asked, request)
            case "list":
              return Lists.respond(store, resource, asked.namespace, request)
            case "watch":
              return Effect.succeed(Watch.respond(store, resource, asked.namespace, request, bookmarkInterval))
            default:
              return Effect.succeed(Status.methodNotAllowed)
          }
        }

        const write = (
          resource: Resources.Resource,
          request: ApiRequest.ApiRequest,
          asked: ResourceAttributes
        ): Answer => {
          const written = resource === "apiservices" || resource === "services" ? apiServices.check : Effect.void
          switch (asked.verb) {
            case "create":
            case "update":
            case "patch":
              return Effect.tap(Writes.write(store, resource, asked, request), written)
            case "delete":
              return Effect.tap(Writes.remove(store, resource, asked), written)
            default:
              return read(resource, request, asked)
          }
        }

        const get = (
          resource: Resources.Resource,
          { name, namespace }: ResourceAttributes,
          request: ApiRequest.ApiRequest
        ) =>
          Effect.map(Clock.currentTimeMillis, (now) => {
            const found = store.get(resource, resource === "namespaces" ? "" : namespace, name)
            return found === undefined
              ? Status.notFound(resource, name)
              : HttpServerResponse.jsonUnsafe(Representation.object(found, ApiRequest.shapeOf(request.accept), now))
          })

        const answer = Effect.fnUntraced(function*(
          received: HttpServerRequest.HttpServerRequest,
          request: ApiRequest.ApiRequest
        ) {
          const certificate = (yield* PeerCertificate)(received)
          const authentication = authenticate(received, certificate)
          if (authentication._tag === "Rejected") return Status.unauthorized
          const user = authentication._tag === "Known" ? authentication.user : anonymous
          const { attributes } = request
          if (!access.review(user, attributes).allowed) return refusal(user, attributes)
          if (attributes._tag === "Resource") return yield* resource(request, attributes.resource, user)
          return yield* request.path.startsWith(FaultControl.path)
            ? FaultControl.respond(faults, fleet, request.method, request.path)
            : Documents.respond(aggregator, apiServices, request, user)
        })

        const app = Effect.gen(function*() {
          const received = yield* HttpServerRequest.HttpServerRequest
          const request = ApiRequest.parse(received.method, received.url, received.headers["accept"] ?? "")
          return yield* request.path.startsWith(FaultControl.path)
            ? answer(received, request)
            : faults.through(request, answer(received, request))
        })

        return { app }
      })
    )
  }
}

const refusal = (user: UserInfo, attributes: Attributes) =>
  attributes._tag === "Resource"
    ? Status.forbidden(user, attributes.resource)
    : Status.forbiddenPath(user, attributes.nonResource.verb, attributes.nonResource.path)

/** Where an extension API server reads whom it may believe: the ConfigMap that the real one publishes for that. */
const authenticationConfig = ({ clusterCa, frontProxyCa }: typeof Identities.Service) =>
  Objects.configMap("kube-system", "extension-apiserver-authentication", {
    "client-ca-file": clusterCa.cert,
    "requestheader-allowed-names": JSON.stringify([frontProxyName]),
    "requestheader-client-ca-file": frontProxyCa.cert,
    "requestheader-extra-headers-prefix": JSON.stringify(["X-Remote-Extra-"]),
    "requestheader-group-headers": JSON.stringify(["X-Remote-Group"]),
    "requestheader-uid-headers": JSON.stringify(["X-Remote-Uid"]),
    "requestheader-username-headers": JSON.stringify(["X-Remote-User"])
  })
