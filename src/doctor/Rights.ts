/** May the server do what it needs to, rule by rule? Else the object of deploy/base/rbac.yaml is named that permits it. */
import { Array, Effect, Option, Schema } from "effect"
import * as PublishedConfig from "../serve/auth/PublishedConfig.ts"
import * as Review from "../serve/auth/Review.ts"
import { groupsOf, type ServiceAccount } from "../serve/auth/UserName.ts"
import * as Finding from "./Finding.ts"

export interface Right {
  /** As people write it. */
  readonly rule: string
  /** What gives it. */
  readonly object: string
  readonly attributes: Readonly<Record<string, string>>
}

const right = (object: string, rule: string, attributes: Right["attributes"]): Right => ({ object, rule, attributes })

const role = "ClusterRole system:metrics-server and its ClusterRoleBinding"
const delegator = "ClusterRoleBinding metrics-server:system:auth-delegator"
const reader = `RoleBinding metrics-server-auth-reader of ${PublishedConfig.namespace}`

/** Of the account that --kubeconfig names. */
export const own: ReadonlyArray<Right> = [
  ...["nodes", "pods"].flatMap((resource) =>
    ["list", "watch"].map((verb) => right(role, `${verb} ${resource}`, { verb, resource }))
  ),
  right(role, "get nodes/metrics", { verb: "get", resource: "nodes", subresource: "metrics" })
]

const review = (resource: string, group: string) =>
  right(delegator, `create ${resource}.${group}`, { verb: "create", resource, group })

/** Of the account that --authentication-kubeconfig names. */
export const authentication = [review("tokenreviews", "authentication.k8s.io")]

/** The same, unless all is said by flags. */
export const lookup = ["list", "watch"].map((verb) => {
  const { name, namespace } = PublishedConfig
  return right(reader, `${verb} configmaps/${name} in ${namespace}`, { verb, resource: "configmaps", namespace, name })
})

/** Of the account that --authorization-kubeconfig names. */
export const authorization = [review("subjectaccessreviews", "authorization.k8s.io")]

/** Asks about an account, or without one about who asks, whom people call so. */
export const check = Effect.fnUntraced(function*(
  rights: ReadonlyArray<Right>,
  account: Option.Option<ServiceAccount>,
  asker: string
) {
  const ask = yield* Review.make(Option.isSome(account) ? about : self)
  const verdicts = yield* Effect.forEach(rights, (right) =>
    Effect.map(
      ask({ resourceAttributes: right.attributes, ...Option.isSome(account) && userOf(account.value) }),
      ({ allowed }) => ({ right, allowed })
    ), { concurrency: 4 }).pipe(
      Effect.mapError(({ message }) =>
        new Finding.Unchecked({
          subject: "what the server may do",
          detail: message,
          remedy: `let ${asker} ask (ClusterRole ${
            Option.isSome(account) ? "system:auth-delegator" : "system:basic-user"
          })`
        })
      )
    )
  return judge(verdicts, Option.match(account, { onNone: () => asker, onSome: userNameOf }))
})

const kind = (kind: string) => ({
  kind,
  about: "authz" as const,
  apiVersion: "authorization.k8s.io/v1",
  path: `/apis/authorization.k8s.io/v1/${kind.toLowerCase()}s`,
  status: Schema.Struct({ allowed: Schema.Boolean })
})

const self = kind("SelfSubjectAccessReview")
const about = kind("SubjectAccessReview")

const userNameOf = ({ name, namespace }: ServiceAccount) => `system:serviceaccount:${namespace}:${name}`

const userOf = (account: ServiceAccount) => ({
  user: userNameOf(account),
  groups: [...groupsOf(account), "system:authenticated"]
})

interface Verdict {
  readonly right: Right
  readonly allowed: boolean
}

const { broken, ok } = Finding.of("rights")

/** Told by the object that gives them: what is missing together mostly has one cause. */
export const judge = (verdicts: ReadonlyArray<Verdict>, who: string): ReadonlyArray<Finding.Finding> =>
  Object.entries(Array.groupBy(verdicts, ({ right }) => right.object)).flatMap(([object, verdicts]) => {
    const rules = (wanted: boolean) =>
      verdicts.filter(({ allowed }) => allowed === wanted).map(({ right }) => right.rule).join(", ")
    const missing = rules(false)
    return missing === ""
      ? [ok(object, `${who} may ${rules(true)}`)]
      : [
        broken(
          object,
          `${who} may not ${missing}`,
          "apply it: kubectl -n kube-system apply -f deploy/base/rbac.yaml (Helm: rbac.create=true)"
        )
      ]
  })
