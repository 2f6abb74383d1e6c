/** Who may do what in the simulated cluster: as its roles and bindings say at this moment. */
import { Context, Effect, Layer, Schema } from "effect"
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
        roles: [...store.list("roles"), ...store.list("clusterroles")].map(role),
        bindings: [...store.list("rolebindings"), ...store.list("clusterrolebindings")].map(binding)
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

/** What is stored stays the same object until it is written again, so it is read once. */
const once = <A>(read: (object: Stored) => A) => {
  const known = new WeakMap<Stored, A>()
  return (object: Stored) => {
    const found = known.get(object) ?? read(object)
    known.set(object, found)
    return found
  }
}

const decodeRole = Schema.decodeUnknownSync(RoleBody)

const role = once((object): Rbac.Role => {
  const { aggregationRule, rules } = decodeRole(object.body())
  const { labels, name, namespace } = object
  const aggregates = aggregationRule?.clusterRoleSelectors.map(({ matchLabels }) => matchLabels) ?? []
  return { namespace, name, labels, rules: rules ?? [], aggregates }
})

const decodeBinding = Schema.decodeUnknownSync(BindingBody)

const binding = once((object): Rbac.Binding => {
  const { roleRef, subjects } = decodeBinding(object.body())
  return { namespace: object.namespace, name: object.name, roleRef, subjects: subjects ?? [] }
})
