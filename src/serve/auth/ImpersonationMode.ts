/** The ways to be allowed to act as somebody else (https://kep.k8s.io/5284), each as the questions it asks. */
import type { RequestInfo } from "../RequestInfo.ts"
import { privileged } from "./Authorization.ts"
import * as User from "./User.ts"
import * as UserName from "./UserName.ts"

export interface Plan {
  /** In whose name the questions are asked. */
  readonly asker: User.User
  /** All must be answered with yes. */
  readonly questions: ReadonlyArray<Question>
  /** Who it is then that sends the request. */
  readonly user: User.User
}

export interface Question {
  readonly info: RequestInfo
  /** Why the answer is no, whoever is asked. */
  readonly refusal?: string
}

/** What a user who wants to be another one must be allowed; nothing where the way is not for them. */
export type Mode = (wanted: User.User, requestor: User.User, info: RequestInfo) => Plan | undefined

/** Allowed must be the request as such, marked with the mode, and then everything that is said of the user. */
const constrained =
  (mode: string, applies: (wanted: User.User, requestor: User.User) => boolean): Mode => (wanted, requestor, info) => {
    if (!applies(wanted, requestor)) return undefined
    const ask = asking(`impersonate:${mode}`)
    const name = UserName.node(wanted.name)
    return {
      asker: requestor,
      questions: [
        { info: { ...info, verb: `impersonate-on:${mode}:${info.verb}` } },
        name === undefined
          ? nameQuestion(ask, authentication, wanted)
          : ask(authentication, { resource: "nodes", name }),
        ...uidQuestions(ask, wanted),
        ...unsoundGroups(wanted).map((it) => ({
          ...ask(authentication, { resource: "groups", name: it.name }),
          ...it
        })),
        ...groupQuestions(ask, authentication, wanted),
        ...unsoundExtra(wanted).map((refusal) => ({ ...ask(authentication, { resource: "userextras" }), refusal })),
        ...extraQuestions(ask, wanted)
      ],
      user: onOneSide(name === undefined ? withFixedGroups(wanted) : { ...wanted, groups: ["system:nodes"] })
    }
  }

/** A service account that wants to be the node it runs on: the same question on every node, so it is asked as one. */
const associatedNode: Mode = (wanted, requestor, info) => {
  const plan = arbitraryNode("associated-node")(wanted, requestor, info)
  const names = requestor.extra["authentication.kubernetes.io/node-name"] ?? []
  if (plan === undefined || UserName.serviceAccount(requestor.name) === undefined) return undefined
  if (names.length !== 1 || names[0] !== UserName.node(wanted.name)) return undefined
  const keys = Object.keys(requestor.extra).sort()
  return {
    ...plan,
    asker: { ...requestor, extra: { "authentication.kubernetes.io/associated-node-keys": keys } },
    questions: plan.questions.map(({ info }) =>
      info.verb === "impersonate:associated-node" ? { info: { ...info, name: "*" } } : { info }
    )
  }
}

const arbitraryNode = (mode: string) =>
  constrained(mode, (wanted) => User.isOnlyNamed(wanted) && UserName.node(wanted.name) !== undefined)

const serviceAccount = constrained(
  "serviceaccount",
  (wanted) => User.isOnlyNamed(wanted) && UserName.serviceAccount(wanted.name) !== undefined
)

const userInfo = constrained(
  "user-info",
  ({ name }) => UserName.node(name) === undefined && UserName.serviceAccount(name) === undefined
)

/** The way that always was, tried last: allowed must be everything that is said of the user, for whatever request. */
export const legacy = (wanted: User.User, requestor: User.User): Plan => {
  const ask = asking("impersonate")
  return {
    asker: requestor,
    questions: [
      nameQuestion(ask, core, wanted),
      ...uidQuestions(ask, wanted),
      ...groupQuestions(ask, core, wanted),
      ...extraQuestions(ask, wanted)
    ],
    user: onOneSide(withFixedGroups(wanted))
  }
}

/** In the order they are tried. */
export const narrow: ReadonlyArray<Mode> = [associatedNode, arbitraryNode("arbitrary-node"), serviceAccount, userInfo]

const authentication = { group: "authentication.k8s.io", version: "v1" }
const core = { group: "", version: "v1" }

type Ask = ReturnType<typeof asking>

const asking = (verb: string) =>
(
  groupVersion: typeof core,
  about: Partial<RequestInfo>
): Question => ({
  info: {
    isResource: true,
    verb,
    path: "",
    resource: "",
    subresource: "",
    namespace: "",
    name: "",
    ...groupVersion,
    ...about
  }
})

const nameQuestion = (ask: Ask, groupVersion: typeof core, { name }: User.User) => {
  const account = UserName.serviceAccount(name)
  return ask(
    groupVersion,
    account === undefined ? { resource: "users", name } : { resource: "serviceaccounts", ...account }
  )
}

const uidQuestions = (ask: Ask, { uid }: User.User) =>
  uid === "" ? [] : [ask(authentication, { resource: "uids", name: uid })]

const groupQuestions = (ask: Ask, groupVersion: typeof core, { groups }: User.User) =>
  groups.map((name) => ask(groupVersion, { resource: "groups", name }))

const extraQuestions = (ask: Ask, { extra }: User.User) =>
  Object.entries(extra).flatMap(([key, values]) =>
    values.map((name) => ask(authentication, { resource: "userextras", subresource: key, name }))
  )

const unsoundGroups = ({ groups }: User.User) => {
  if (groups.includes("")) return [{ name: "", refusal: "impersonating the empty string group is not allowed" }]
  return groups.includes(privileged)
    ? [{ name: privileged, refusal: `impersonating the ${privileged} group is not allowed` }]
    : []
}

const unsoundExtra = ({ extra }: User.User) =>
  Object.entries(extra).flatMap(([key, values]) => {
    if (!isDomainPrefixedPath(key)) {
      return [`impersonating an invalid key in extra is not allowed: ${JSON.stringify(key)}`]
    }
    return values.includes("") ? ["impersonating the empty string value in extra is not allowed"] : []
  })

const isDomainPrefixedPath = (key: string) => {
  const [, domain = "", path = ""] = /^([^/]*)\/(.*)$/s.exec(key) ?? []
  return UserName.isSubdomain(domain) && /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(path)
}

const withFixedGroups = (user: User.User): User.User => {
  const account = UserName.serviceAccount(user.name)
  return account === undefined || user.groups.length > 0 ? user : { ...user, groups: UserName.groupsOf(account) }
}

/** In the group of the known or in that of the unknown, and not in both. */
const onOneSide = (user: User.User): User.User => {
  const { known, unknown } = User.everyone
  const side = user.name === User.anonymous.name || user.groups.includes(unknown) ? unknown : known
  return user.groups.includes(side) ? user : { ...user, groups: [...user.groups, side] }
}
