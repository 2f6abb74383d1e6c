/** What clients write: whole objects, each with one owner. */
import { Clock, Effect, Schema } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { isDeepStrictEqual } from "node:util"
import type { ResourceAttributes } from "../Attributes.ts"
import type { ObjectStore } from "../ObjectStore.ts"
import * as Resources from "../Resources.ts"
import type { ApiRequest } from "./ApiRequest.ts"
import * as Representation from "./Representation.ts"
import * as Status from "./Status.ts"

const Labels = Schema.Record(Schema.String, Schema.String).pipe(Schema.withDecodingDefaultKey(Effect.succeed({})))

const Written = Schema.StructWithRest(
  Schema.Struct({
    apiVersion: Schema.String,
    kind: Schema.String,
    metadata: Schema.Struct({ name: Schema.String, labels: Labels, annotations: Labels })
  }),
  [Schema.Record(Schema.String, Schema.Unknown)]
).pipe(Schema.fromJsonString)

/** The content type of server-side apply; what comes is JSON all the same. */
const applyPatch = "application/apply-patch+yaml"

/** Creates, replaces or applies an object. */
export const write = Effect.fnUntraced(
  function*(
    store: typeof ObjectStore.Service,
    resource: Resources.Resource,
    { name, namespace, verb }: ResourceAttributes,
    { query }: ApiRequest
  ) {
    const request = yield* HttpServerRequest.HttpServerRequest
    if (query.has("dryRun")) return Status.badRequest("the simulated API server knows no dry run")
    if (verb === "patch" && request.headers["content-type"] !== applyPatch) return Status.unsupportedMediaType
    const written = yield* Schema.decodeUnknownEffect(Written)(yield* request.text)
    if (Resources.ofKind(written) !== resource || name !== "" && name !== written.metadata.name) {
      return Status.badRequest(`${written.kind} ${written.metadata.name} does not belong there`)
    }
    const { apiVersion: _, kind: __, metadata, status: ___, ...body } = written
    const before = store.get(resource, namespace, metadata.name)
    if (verb === "create" && before !== undefined) return Status.alreadyExists(resource, metadata.name)
    if (verb === "update" && before === undefined) return Status.notFound(resource, metadata.name)
    const fixed = Resources.types[resource].immutable
    if (fixed !== undefined && before !== undefined && !isDeepStrictEqual(at(fixed, before.body()), at(fixed, body))) {
      return Status.immutable(written.kind, metadata.name, fixed.join("."))
    }
    const stored = yield* store.put({ resource, namespace, ...metadata, body: () => body })
    return HttpServerResponse.jsonUnsafe(
      Representation.object(stored, "Object", yield* Clock.currentTimeMillis),
      { status: before === undefined ? 201 : 200 }
    )
  },
  Effect.catch((error) => Effect.succeed(Status.badRequest(String(error))))
)

export const remove = Effect.fnUntraced(function*(
  store: typeof ObjectStore.Service,
  resource: Resources.Resource,
  asked: ResourceAttributes
) {
  if (store.get(resource, asked.namespace, asked.name) === undefined) return Status.notFound(resource, asked.name)
  yield* store.remove(resource, asked.namespace, asked.name)
  return Status.success
})

const at = (path: ReadonlyArray<string>, body: unknown) =>
  path.reduce((value, key) => (value as Record<string, unknown> | undefined)?.[key], body)
