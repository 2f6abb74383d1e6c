/** Who may do what: the kube-apiserver decides, and what it decided is true for a while. */
import { Context, type Duration, Effect, Function, Layer, Schema } from "effect"
import type { Kube } from "../../kube/Kube.ts"
import { Forbidden } from "../ApiError.ts"
import type { RequestInfo } from "../RequestInfo.ts"
import * as Decisions from "./Decisions.ts"
import * as Review from "./Review.ts"
import type { User } from "./User.ts"

export interface Options {
  /** For whoever asks; a star at the end stands for every path that begins so. */
  readonly alwaysAllowPaths: ReadonlyArray<string>
  readonly allowedTimeToLive: Duration.Duration
  readonly deniedTimeToLive: Duration.Duration
}

export class Authorization extends Context.Service<Authorization, {
  /** Succeeds where the user may. */
  authorize(user: User, info: RequestInfo): Effect.Effect<void, Forbidden | Review.ReviewError>
}>()("metrics-server/serve/auth/Authorization") {
  static layer(options: Options): Layer.Layer<Authorization, never, Kube> {
    return Layer.effect(
      Authorization,
      Effect.gen(function*() {
        const review = yield* Review.make(subjectAccessReview)
        const decide = (question: string) => {
          const [user, info]: [User, RequestInfo] = JSON.parse(question)
          return Effect.map(review(specOf(user, info)), toDecision)
        }
        const decided = yield* Decisions.make(decide, {
          capacity: 8192,
          timeToLive: ({ allowed }) => allowed ? options.allowedTimeToLive : options.deniedTimeToLive
        })
        const isOpen = openTo(options.alwaysAllowPaths)

        return Authorization.of({
          authorize: Effect.fnUntracedEager(function*(user, info) {
            if (user.groups.includes(privileged) || !info.isResource && isOpen(info.path)) return
            const question = questionOf(user, info)
            const { allowed, reason } = yield* isKept(info) ? decided(question) : decide(question)
            if (!allowed) return yield* forbid(user, info, reason)
          })
        })
      })
    )
  }
}

/** The group that may do everything, also while nobody can be asked. */
export const privileged = "system:masters"

export const forbid = (user: User, info: RequestInfo, reason: string) =>
  new Forbidden({ ...info, user: user.name, reason })

const openTo = (patterns: ReadonlyArray<string>) => {
  const withoutSlash = patterns.map((pattern) => pattern.replace(/^\//, ""))
  const paths = new Set(withoutSlash.filter((pattern) => !pattern.endsWith("*")))
  const prefixes = withoutSlash.filter((pattern) => pattern.endsWith("*")).map((pattern) => pattern.slice(0, -1))
  return (path: string) => {
    const asked = path.replace(/^\//, "")
    return paths.has(asked) || prefixes.some((prefix) => asked.startsWith(prefix))
  }
}

/** What is asked often is often the same object, and mostly the same user asks it: of each the last question is kept. */
const questionOf = (user: User, info: RequestInfo) => {
  const last = lastQuestions.get(info)
  if (last?.user === user) return last.question
  const question = `[${JSON.stringify(user)},${textOf(info)}]`
  lastQuestions.set(info, { user, question })
  return question
}

const lastQuestions = new WeakMap<RequestInfo, { readonly user: User; readonly question: string }>()

const textOf = Function.memoize((info: RequestInfo) => JSON.stringify(info))

/** What clients make very long is not kept, so that they cannot fill our memory (k8s.io/apiserver, authorizer/webhook). */
const isKept = (info: RequestInfo) => textOf(info).length < 10_000

/** The question; what is empty is left out, as Go leaves it out. */
const specOf = (
  user: User,
  { group, isResource, name, namespace, path, resource, subresource, verb, version }: RequestInfo
) => ({
  ...isResource
    ? { resourceAttributes: nonEmpty({ namespace, verb, group, version, resource, subresource, name }) }
    : { nonResourceAttributes: nonEmpty({ path, verb }) },
  ...nonEmpty({ user: user.name, uid: user.uid }),
  ...user.groups.length > 0 && { groups: user.groups },
  ...Object.keys(user.extra).length > 0 && { extra: user.extra }
})

const nonEmpty = (parts: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== ""))

const subjectAccessReview = {
  kind: "SubjectAccessReview",
  about: "authz" as const,
  apiVersion: "authorization.k8s.io/v1",
  path: "/apis/authorization.k8s.io/v1/subjectaccessreviews",
  status: Schema.Struct({
    allowed: Schema.Boolean,
    denied: Schema.optionalKey(Schema.Boolean),
    reason: Schema.optionalKey(Schema.String)
  })
}

/** Who says yes and no at once has said no. */
const toDecision = ({ allowed, denied = false, reason = "" }: typeof subjectAccessReview.status.Type) => ({
  allowed: allowed && !denied,
  reason
})
