/** The APIServices of metrics.k8s.io: which versions are registered, and whether the metrics server answers for them. */
import { Clock, Context, Effect, FiberHandle, Layer, Option, Schema } from "effect"
import { Aggregator, groupName, unavailable } from "./Aggregator.ts"
import type { UserInfo } from "./Attributes.ts"
import { timestamp } from "./Objects.ts"
import { ObjectStore, type Stored } from "./ObjectStore.ts"

const Body = Schema.Struct({
  spec: Schema.Struct({
    group: Schema.String,
    version: Schema.String,
    versionPriority: Schema.Int,
    service: Schema.optionalKey(Schema.Struct({ namespace: Schema.String, name: Schema.String }))
  }),
  status: Schema.optionalKey(Schema.Struct({
    conditions: Schema.Array(Schema.Struct({
      type: Schema.String,
      status: Schema.String,
      reason: Schema.String,
      message: Schema.String,
      lastTransitionTime: Schema.String
    }))
  }))
})

const decode = Schema.decodeUnknownOption(Body)

export class ApiServices extends Context.Service<ApiServices, {
  /** From now on the pods of its Service are there. */
  connect(url: string): Effect.Effect<void>
  /** The versions that are registered, the most preferred first. */
  readonly registered: () => ReadonlyArray<string>
  /** Passes the current request for a version on, unless nobody answers for it; nothing if it is not registered. */
  proxy(version: string, user: UserInfo): ReturnType<(typeof Aggregator.Service)["proxy"]> | undefined
  /** Asks for every version, and writes down in its condition what came of it. */
  readonly check: Effect.Effect<void>
}>()("metrics-server/simulate/ApiServices") {
  static readonly layer = Layer.effect(
    ApiServices,
    Effect.gen(function*() {
      const store = yield* ObjectStore
      const aggregator = yield* Aggregator

      const all = () =>
        store.list("apiservices").flatMap((object) =>
          Option.toArray(decode(object.body())).filter(({ spec }) => spec.group === groupName).map((body) => ({
            object,
            ...body
          }))
        ).sort((a, b) => b.spec.versionPriority - a.spec.versionPriority)

      const outcome = Effect.fnUntraced(function*({ service, version }: typeof Body.Type["spec"]) {
        const name = `service/${service?.name} in "${service?.namespace}"`
        if (service === undefined || store.get("services", service.namespace, service.name) === undefined) {
          return { status: "False", reason: "ServiceNotFound", message: `${name} is not present` }
        }
        if (Option.isNone(aggregator.url())) {
          return { status: "False", reason: "MissingEndpoints", message: `endpoints for ${name} have no addresses` }
        }
        const path = `/apis/${groupName}/${version}`
        return Option.isSome(yield* aggregator.ask(path, "application/json"))
          ? { status: "True", reason: "Passed", message: "all checks passed" }
          : { status: "False", reason: "FailedDiscoveryCheck", message: `failing or missing response from ${path}` }
      })

      const checkOne = Effect.fnUntraced(function*({ object, spec, status }: ReturnType<typeof all>[number]) {
        const found = yield* outcome(spec)
        const known = status?.conditions[0]
        if (known?.status === found.status && known.reason === found.reason) return
        const lastTransitionTime = timestamp(yield* Clock.currentTimeMillis)
        const conditions = [{ type: "Available", lastTransitionTime, ...found }]
        const body = { ...object.body(), status: { conditions } }
        // while it was asked somebody may have written or deleted it
        if (store.get("apiservices", "", object.name) === object) yield* store.put({ ...object, body: () => body })
      })

      const check = Effect.suspend(() => Effect.forEach(all(), checkOne, { discard: true }))

      const isAvailable = (status: typeof Body.Type["status"]) => status?.conditions[0]?.status === "True"

      const pause = Effect.suspend(() =>
        Effect.sleep(all().every(({ status }) => isAvailable(status)) ? "30 seconds" : "1 second")
      )
      const watching = yield* FiberHandle.make()
      yield* check

      return {
        connect: Effect.fnUntraced(function*(url) {
          yield* aggregator.connect(url)
          yield* check
          yield* FiberHandle.run(watching, Effect.forever(Effect.andThen(pause, check)))
        }),
        registered: () => all().map(({ spec }) => spec.version),
        proxy: (version, user) => {
          const found = all().find(({ spec }) => spec.version === version)
          if (found === undefined) return undefined
          return isAvailable(found.status) ? aggregator.proxy(user) : Effect.succeed(unavailable)
        },
        check
      }
    })
  )
}

/** What `kubectl get` says of one. */
export const columnsOf = (object: Stored) =>
  Option.match(decode(object.body()), {
    onNone: () => ["Local", "True"],
    onSome: ({ spec, status }) => {
      const condition = status?.conditions[0]
      const available = condition === undefined
        ? "Unknown"
        : condition.status === "True"
        ? "True"
        : `${condition.status} (${condition.reason})`
      return [`${spec.service?.namespace}/${spec.service?.name}`, available]
    }
  })
