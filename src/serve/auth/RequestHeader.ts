/** Users in whose name a front proxy, the aggregation layer, speaks: its headers say who they are. */
import { Option, Result } from "effect"
import type { CertificateAuthority } from "./CertificateAuthority.ts"
import * as ClientCertificate from "./ClientCertificate.ts"
import { behind, first, type HeaderLines } from "./HeaderLines.ts"
import * as User from "./User.ts"

export interface RequestHeader extends Names {
  readonly authority: CertificateAuthority
  /** Whose certificates may speak for others; empty: all that the authority signed. */
  readonly allowedNames: ReadonlyArray<string>
}

/** Which headers say what; of user and uid the first that says something counts. */
export interface Names {
  readonly usernameHeaders: ReadonlyArray<string>
  readonly uidHeaders: ReadonlyArray<string>
  readonly groupHeaders: ReadonlyArray<string>
  readonly extraHeaderPrefixes: ReadonlyArray<string>
}

/**
 * The user, if the headers name one. Fails unless the certificate is the front proxy's: without it the headers are worth
 * nothing.
 */
export const authenticate = (
  { allowedNames, authority, ...names }: RequestHeader,
  chain: ClientCertificate.Chain,
  headers: HeaderLines,
  now: number
): Result.Result<Option.Option<User.User>, string> =>
  Result.flatMap(authority.verify(chain, now), () => {
    const name = chain[0] === undefined ? Option.none() : ClientCertificate.commonName(chain[0])
    return allowedNames.length === 0 || Option.exists(name, (it) => allowedNames.includes(it))
      ? Result.succeed(userOf(names, headers))
      : Result.fail("the front proxy's authority signed the certificate, but not for an allowed name")
  })

/** Who the headers say it is. */
export const userOf = (names: Names, headers: HeaderLines): Option.Option<User.User> => {
  const firstOf = (candidates: ReadonlyArray<string>) =>
    candidates.map((name) => first(headers, name)).find((value) => value !== "") ?? ""
  const name = firstOf(names.usernameHeaders)
  if (name === "") return Option.none()
  return Option.some(User.make({
    name,
    uid: firstOf(names.uidHeaders),
    groups: names.groupHeaders.flatMap((it) => headers.get(it.toLowerCase()) ?? []).filter((group) => group !== ""),
    extra: behind(headers, names.extraHeaderPrefixes)
  }))
}
