/** Somebody who sends requests, as Kubernetes knows users. */
import { Function } from "effect"

export interface User {
  readonly name: string
  /** Empty where nobody said. */
  readonly uid: string
  readonly groups: ReadonlyArray<string>
  readonly extra: Extra
}

export type Extra = Readonly<Record<string, ReadonlyArray<string>>>

export const make = (user: Partial<User> & Pick<User, "name">): User => ({ uid: "", groups: [], extra: {}, ...user })

/** Whoever shows nothing at all. */
export const anonymous = make({ name: "system:anonymous", groups: ["system:unauthenticated"] })

export const everyone = { known: "system:authenticated", unknown: "system:unauthenticated" } as const

/** A user who was believed, with the group of all those who are. */
export const authenticated = Function.memoize((user: User): User =>
  user.name === anonymous.name || isOnOneSide(user) ? user : { ...user, groups: [...user.groups, everyone.known] }
)

/** Whether the user is in the group of the known already, or in that of the unknown. */
const isOnOneSide = ({ groups }: User) => groups.includes(everyone.known) || groups.includes(everyone.unknown)

/** Whether nothing is said of the user but the name. */
export const isOnlyNamed = ({ extra, groups, uid }: User) =>
  uid === "" && groups.length === 0 && Object.keys(extra).length === 0
