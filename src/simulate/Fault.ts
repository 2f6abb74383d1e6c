/** What can be wrong with a simulated kubelet, as data. */
import { Data, type Duration } from "effect"
import type { Pod } from "./Cluster.ts"

/** Certificates a kubelet may present instead of its own. */
export type WrongCertificate = "OtherAuthority" | "SelfSigned" | "Expired" | "WrongName"

/** Nobody listens, or the handshake fails. */
type ConnectionFault = {
  readonly Refuse: {}
  readonly Certificate: { readonly kind: WrongCertificate }
}

/** A request is not answered as it should be. */
type AnswerFault = {
  /** The connection is reset instead of an answer. */
  readonly Reset: {}
  /** No answer, ever. */
  readonly Hang: {}
  /** The status line comes after a delay. */
  readonly SlowHeaders: { readonly delay: Duration.Input }
  /** The page comes in pieces, one every `interval`. */
  readonly SlowBody: { readonly interval: Duration.Input; readonly pieces: number }
  readonly Status: { readonly status: 401 | 403 | 404 | 500 | 503 }
  /** Status 200 and something that is no metrics page. */
  readonly Garbage: {}
  /** The connection breaks in the middle of the page. */
  readonly Truncated: {}
  /** A page that never ends. */
  readonly Gigantic: {}
}

/** The page says something a kubelet should not, or rarely, say. */
type PageFault = {
  /** Readings do not advance any more. */
  readonly StaleTimestamps: {}
  /** The kubelet's clock runs backwards from now on. */
  readonly BackwardsTimestamps: {}
  /** The page also lists a pod that is elsewhere, with an earlier start. */
  readonly DuplicatePod: { readonly pod: Pod }
  /** The kubelet could not read its statistics: nothing but `resource_scrape_error 1`. */
  readonly ScrapeError: {}
  /** CPU counters begin at zero again, start times stay. */
  readonly CounterReset: {}
  /** All containers start anew: counters and start times. */
  readonly Restart: {}
}

type SingleFault = Data.TaggedEnum<ConnectionFault & AnswerFault & PageFault>

/** A fault lasts until another one, or none, is set; `Once` is gone after one request. */
export type Fault =
  | SingleFault
  | Data.TaggedEnum<{
    readonly Once: { readonly fault: Data.TaggedEnum<AnswerFault & PageFault> }
  }>

export const Fault = Data.taggedEnum<Fault>()
