/** Who may do what in the simulated cluster: as its roles and bindings say at this moment. */
import { Context, Effect, Layer, Option, Schema } from "effect"
import type { Attributes, UserInfo } from "./Attributes.ts"
import { ObjectStore, type Stored } from "./ObjectStore.ts"
import * as Rbac from "./Rbac.ts"

export interface Verdict {
  readonly allowed: boolean
  readonly reason: string
}

export class Access extends Context.Service<Access, {
  review(user: UserInfo, attributes: Attributes): Verdict
}>()("metrics-server/simulate/Access") {
  static readonly layer = Layer.effect(
    Access,
    Effect.map(ObjectStore, (store) => {
      const policy = (): Rbac.Policy => ({
        roles: [...store.list("roles"), ...store.list("clusterroles")].flatMap(role),
        bindings: [...store.list("rolebindings"), ...store.list("clusterrolebindings")].flatMap(binding)
      })
      return {
        review: (user, attributes) => {
          if (user.groups.includes("system:masters")) return { allowed: true, reason: "" }
          const binding = Rbac.allowing(policy(), user, attributes)
          return binding === undefined
            ? { allowed: false, reason: "" }
            : { allowed: true, reason: `RBAC: allowed by the binding "${binding.name}" of "${binding.roleRef.name}"` }
        }
      }
    })
  )
}

const Texts = Schema.Array(Schema.String)

const RoleBody = Schema.Struct({
  rules: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.Struct({
    verbs: Texts,
    apiGroups: Schema.optionalKey(Texts),
    resources: Schema.optionalKey(Texts),
    resourceNames: Schema.optionalKey(Texts),
    nonResourceURLs: Schema.optionalKey(Texts)
  })))),
  aggregationRule: Schema.optionalKey(Schema.Struct({
    clusterRoleSelectors: Schema.Array(Schema.Struct({ matchLabels: Schema.Record(Schema.String, Schema.String) }))
  }))
})

const BindingBody = Schema.Struct({
  roleRef: Schema.Struct({ kind: Schema.String, name: Schema.String }),
  subjects: Schema.optionalKey(Schema.Array(Schema.Struct({
    kind: Schema.String,
    name: Schema.String,
    namespace: Schema.optionalKey(Schema.String)
  })))
})

/** What is stored stays the same object until it is written again, so it is read once. What cannot be read allows nothing. */
const once = <Body, A>(schema: Schema.Codec<Body, unknown>, make: (body: Body, object: Stored) => A) => {
  const decode = Schema.decodeUnknownOption(schema)
  const known = new WeakMap<Stored, ReadonlyArray<A>>()
  return (object: Stored) => {
    const found = known.get(object) ??
      Option.toArray(Option.map(decode(object.body()), (body) => make(body, object)))
    known.set(object, found)
    return found
  }
}

const role = once(RoleBody, ({ aggregationRule, rules }, { labels, name, namespace }): Rbac.Role => ({
  namespace,
  name,
  labels,
  rules: rules ?? [],
  aggregates: aggregationRule?.clusterRoleSelectors.map(({ matchLabels }) => matchLabels) ?? []
}))

const binding = once(BindingBody, ({ roleRef, subjects }, { name, namespace }): Rbac.Binding => ({
  namespace,
  name,
  roleRef,
  subjects: subjects ?? []
}))
