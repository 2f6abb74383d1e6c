/** The flags about how requests are treated while the server runs and while it stops: the original's. */
import { Option } from "effect"
import * as ListSetting from "../ListSetting.ts"
import * as Setting from "../Setting.ts"

export const title = "Requests"

export const settings = {
  maxRequestsInflight: Setting.count(
    "max-requests-inflight",
    "How many requests may be under way; the others are told to come again. 0: any number",
    400
  ),
  requestTimeout: Setting.duration("request-timeout", "How long a request may take", "1m0s"),
  goawayChance: Setting.fraction(
    "goaway-chance",
    "Which part of the requests over HTTP/2 ends its connection, so that clients spread over several servers",
    0.02
  ),
  strictTransportSecurity: ListSetting.formed(
    "strict-transport-security-directives",
    "What browsers are told of HTTPS",
    {
      metavar: "LIST",
      expected: "a comma-separated list of max-age=SECONDS, includeSubDomains, preload",
      parse: (text) => /^(max-age=\d+|includeSubDomains|preload)$/.test(text) ? Option.some(text) : Option.none()
    }
  ),
  livezGracePeriod: Setting.duration("livez-grace-period", "How long after the start /livez passes in any case", "0s"),
  shutdownDelay: Setting.duration(
    "shutdown-delay-duration",
    "How long a server that is told to stop answers on, with /readyz failing",
    "0s"
  ),
  shutdownSendRetryAfter: Setting.boolean(
    "shutdown-send-retry-after",
    "Tell new requests to come again while the last ones are finished, instead of refusing connections"
  )
}
