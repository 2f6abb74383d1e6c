/** What an API of the kube-apiserver may do wrong, and what is served and logged then: for the tests, and for docs/faults.md. */
import { Option } from "effect"
import { ApiFault } from "../../src/simulate/ApiFault.ts"

export interface ApiCase {
  /** The end of "an API that ...". */
  readonly does: string
  /** After all open watches broke. */
  readonly fault: Option.Option<ApiFault>
  /** Its history is gone as well, so that only a new list helps. */
  readonly forgets?: true
  /** Whether what changes while it lasts is known soon, or only when it is over. */
  readonly changes: "soon" | "afterwards"
  /** What the log says of it, once. */
  readonly logged: string
}

const failing = (does: string, fault: ApiFault, logged: string, more: { readonly forgets?: true } = {}): ApiCase => ({
  does,
  fault: Option.some(fault),
  changes: "afterwards",
  logged,
  ...more
})

const stays = "; what is known stays in use"

export const cases: ReadonlyArray<ApiCase> = [
  {
    does: "breaks its watches",
    fault: Option.none(),
    changes: "soon",
    logged: "other side closed"
  },
  {
    does: "breaks its watches, and has forgotten its history",
    fault: Option.none(),
    forgets: true,
    changes: "soon",
    logged: "too old resource version"
  },
  {
    does: "is slow with its lists",
    fault: Option.some(ApiFault.Slow({ delay: "300 millis" })),
    forgets: true,
    changes: "soon",
    logged: "too old resource version"
  },
  failing("breaks every watch as soon as it is open", ApiFault.WatchCut(), "other side closed"),
  failing("hangs", ApiFault.Hang(), "other side closed"),
  failing("breaks off in the middle of its lists", ApiFault.Truncated(), `the answer broke off`, { forgets: true }),
  failing("answers with a web page", ApiFault.Garbage(), "no JSON", { forgets: true }),
  failing(
    "lets us read nothing: 403",
    ApiFault.Status({ status: 403 }),
    `apply the ClusterRole system:metrics-server and its binding${stays}`
  ),
  failing(
    "has no version that it tells: 410",
    ApiFault.Status({ status: 410 }),
    `HTTP status 410: simulated fault${stays}`
  ),
  failing("is overloaded: 429", ApiFault.Status({ status: 429 }), `HTTP status 429: simulated fault${stays}`),
  failing("is in trouble: 500", ApiFault.Status({ status: 500 }), `HTTP status 500: simulated fault${stays}`, {
    forgets: true
  }),
  failing("is unavailable: 503", ApiFault.Status({ status: 503 }), `HTTP status 503: simulated fault${stays}`)
]
