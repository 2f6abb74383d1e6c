/** Users in whose name a front proxy, the aggregation layer, speaks: its headers say who they are. */
import { Function, Option, Result } from "effect"
import * as Recent from "../../Recent.ts"
import type { CertificateAuthority } from "./CertificateAuthority.ts"
import * as ClientCertificate from "./ClientCertificate.ts"
import * as HeaderLines from "./HeaderLines.ts"
import * as User from "./User.ts"

export interface RequestHeader {
  readonly authority: CertificateAuthority
  /** Whose certificates may speak for others; empty: all that the authority signed. */
  readonly allowedNames: ReadonlyArray<string>
  readonly headerNames: HeaderNames
}

/** Which headers say what; of user and uid the first that says something counts. */
export interface HeaderNames {
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
  { allowedNames, authority, headerNames }: RequestHeader,
  chain: ClientCertificate.Chain,
  headers: HeaderLines.HeaderLines,
  now: number
): Result.Result<Option.Option<User.User>, string> =>
  Result.flatMap(authority.verify(chain, now), () => {
    const name = chain[0] === undefined ? Option.none() : ClientCertificate.commonName(chain[0])
    return allowedNames.length === 0 || Option.exists(name, (it) => allowedNames.includes(it))
      ? Result.succeed(userOf(headerNames, headers))
      : Result.fail("the front proxy's authority signed the certificate, but not for an allowed name")
  })

/** Who the headers say it is. */
export const userOf = (names: HeaderNames, headers: HeaderLines.HeaderLines) => reader(names)(headers)

/** Few users come again and again: each is read once, and is the same object every time. */
const reader = Function.memoize((given: HeaderNames) => {
  const names = inLowerCase(given)
  const single = new Set([...names.usernameHeaders, ...names.uidHeaders, ...names.groupHeaders])
  const isTelling = (name: string) =>
    single.has(name) || names.extraHeaderPrefixes.some((prefix) => name.startsWith(prefix))
  const known = Recent.of(
    (lines: string) => Option.flatMap(HeaderLines.inUtf8(lines.split("\n")), (it) => read(names, it)),
    longestLines
  )
  return (headers: HeaderLines.HeaderLines) => {
    let lines = ""
    for (let i = 0; i + 1 < headers.length; i += 2) {
      if (!isTelling(headers[i]!)) continue
      // HTTP has none such (RFC 9110, 5.5); if one came through, it would tell of other headers than there are.
      if (headers[i + 1]!.includes("\n")) return Option.none()
      lines += `${headers[i]}\n${headers[i + 1]}\n`
    }
    return known(lines)
  }
})

/** Characters: of a pod's service account, whose token says pod and node, there are seven hundred. */
const longestLines = 2048

const read = (names: HeaderNames, headers: HeaderLines.HeaderLines): Option.Option<User.User> => {
  const firstOf = (candidates: ReadonlyArray<string>) =>
    candidates.map((name) => HeaderLines.first(headers, name)).find((value) => value !== "") ?? ""
  const name = firstOf(names.usernameHeaders)
  if (name === "") return Option.none()
  return Option.some(User.make({
    name,
    uid: firstOf(names.uidHeaders),
    groups: names.groupHeaders.flatMap((it) => HeaderLines.all(headers, it)).filter((group) => group !== ""),
    extra: HeaderLines.behind(headers, names.extraHeaderPrefixes)
  }))
}

const inLowerCase = (names: HeaderNames): HeaderNames => ({
  usernameHeaders: lower(names.usernameHeaders),
  uidHeaders: lower(names.uidHeaders),
  groupHeaders: lower(names.groupHeaders),
  extraHeaderPrefixes: lower(names.extraHeaderPrefixes)
})

const lower = (texts: ReadonlyArray<string>) => texts.map((text) => text.toLowerCase())
