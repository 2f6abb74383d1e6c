/** Which recorded exchanges this server does not answer as the original does yet, and what is missing. */
import type { Exchange } from "./Recorded.ts"

/** Why the exchange is not asserted; nothing when it is. */
export const pending = ({ answer, auth, name }: Exchange): string | undefined => {
  if (/^\d+-auth-/.test(name) || auth !== "reader" && auth !== "none" || [401, 403].includes(answer.status)) {
    return "authentication and authorization"
  }
  return undefined
}
