/** Who asked in the recorded exchanges, in the simulated cluster: what each shows of itself. */
import { Effect } from "effect"
import { Identities, tokens } from "../../src/simulate/Identities.ts"
import type { Exchange } from "./Recorded.ts"

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

const authorizations: Readonly<Record<string, { readonly authorization: string }>> = {
  reader: bearer(tokens.reader),
  forbidden: bearer(tokens.forbidden),
  nobody: bearer(tokens.nobody),
  admintoken: bearer(tokens.admintoken),
  impersonate: bearer(tokens.reader),
  bad: bearer("nobody-knows-this-token"),
  emptybearer: bearer(""),
  basic: { authorization: `Basic ${Buffer.from("admin:admin").toString("base64")}` }
}

/** The headers and the client certificate of an exchange. */
export const of = Effect.fnUntraced(function*({ auth, headers }: Exchange) {
  const { clients } = yield* Identities
  const pairs: Readonly<Record<string, typeof clients.admin>> = { cert: clients.admin, badcert: clients.badcert }
  const isProxy = auth.startsWith("frontproxy") && auth !== "frontproxy-nocert"
  return {
    // Every group had a line of its own; the record has joined them.
    headers: { ...headers, ...splitGroups(headers["x-remote-group"]), ...authorizations[auth] },
    pair: isProxy ? clients["front-proxy-client"] : pairs[auth]
  }
})

const splitGroups = (groups: string | undefined) => groups === undefined ? {} : { "x-remote-group": groups.split(", ") }
