/** Which complaints about requests are logged: each at first, and again when a while has passed. */
import { Duration, Effect } from "effect"
import * as Monotonic from "../../Monotonic.ts"

const pause = Duration.toMillis("5 minutes")

/** Within a pause. Clients choose what is wrong with them, and shall not fill the log. */
const most = 32

export const make = Effect.map(Monotonic.reader, (now) => {
  /** When each was logged last. */
  const logged = new Map<string, number>()
  /** Whether it is to be logged now. */
  return (complaint: string) => {
    const moment = now()
    for (const [it, since] of logged) if (moment - since >= pause) logged.delete(it)
    if (logged.has(complaint) || logged.size >= most) return false
    logged.set(complaint, moment)
    return true
  }
})
