/** The reviews by which other servers ask who somebody is and what he may do. */
import { Effect, Schema } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import type { Access } from "../Access.ts"
import type { Attributes, ResourceAttributes, UserInfo } from "../Attributes.ts"
import { userOfToken } from "../Identities.ts"
import * as Status from "./Status.ts"

const TokenReview = Schema.Struct({ spec: Schema.Struct({ token: Schema.String }) })

const text = Schema.String.pipe(Schema.withDecodingDefaultKey(Effect.succeed("")))

const Asked = {
  resourceAttributes: Schema.optionalKey(Schema.Struct({
    verb: text,
    group: text,
    resource: text,
    subresource: text,
    namespace: text,
    name: text
  })),
  nonResourceAttributes: Schema.optionalKey(Schema.Struct({ verb: text, path: text }))
}

const SelfSubjectAccessReview = Schema.Struct({ spec: Schema.Struct(Asked) })

const SubjectAccessReview = Schema.Struct({
  spec: Schema.Struct({
    ...Asked,
    user: text,
    groups: Schema.Array(Schema.String).pipe(Schema.withDecodingDefaultKey(Effect.succeed([])))
  })
})

type Spec = typeof SelfSubjectAccessReview.Type["spec"]

/** Answers a review, or nothing when the resource is none. */
export const respond = (
  access: typeof Access.Service,
  { group, resource }: ResourceAttributes,
  asker: UserInfo
) => {
  switch (`${resource}.${group}`) {
    case "tokenreviews.authentication.k8s.io":
      return review(TokenReview, "authentication.k8s.io/v1", "TokenReview", ({ spec }) => {
        const user = userOfToken(spec.token)
        return user === undefined
          ? { user: {}, error: "the token is not known to the simulated cluster" }
          : { authenticated: true, user }
      })
    case "selfsubjectreviews.authentication.k8s.io":
      return review(Schema.Struct({}), "authentication.k8s.io/v1", "SelfSubjectReview", () => ({ userInfo: asker }))
    case "subjectaccessreviews.authorization.k8s.io":
      return review(
        SubjectAccessReview,
        "authorization.k8s.io/v1",
        "SubjectAccessReview",
        ({ spec }) => verdict(access, { username: spec.user, groups: spec.groups }, spec)
      )
    case "selfsubjectaccessreviews.authorization.k8s.io":
      return review(
        SelfSubjectAccessReview,
        "authorization.k8s.io/v1",
        "SelfSubjectAccessReview",
        ({ spec }) => verdict(access, asker, spec)
      )
    default:
      return undefined
  }
}

/** The review that came comes back with its status filled in. */
const review = <A>(
  schema: Schema.Codec<A, unknown>,
  apiVersion: string,
  kind: string,
  statusOf: (review: A) => object
) =>
  Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    if (request.headers["content-type"]?.includes("protobuf") === true) return Status.unsupportedMediaType
    const body = yield* request.json
    const status = statusOf(yield* Schema.decodeUnknownEffect(schema)(body))
    return HttpServerResponse.jsonUnsafe({ ...(body as object), kind, apiVersion, status }, { status: 201 })
  }).pipe(Effect.catch((error) => Effect.succeed(Status.badRequest(error.message))))

const verdict = (access: typeof Access.Service, user: UserInfo, spec: Spec) => {
  const attributes = attributesOf(spec)
  return attributes === undefined ? { allowed: false } : access.review(user, attributes)
}

const attributesOf = ({ nonResourceAttributes, resourceAttributes }: Spec): Attributes | undefined =>
  resourceAttributes !== undefined
    ? { _tag: "Resource", resource: resourceAttributes }
    : nonResourceAttributes !== undefined
    ? { _tag: "NonResource", nonResource: nonResourceAttributes }
    : undefined
