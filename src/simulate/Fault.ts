/** What can be wrong with a simulated kubelet, as data that can also be read from JSON. */
import { Data, Schema } from "effect"
import { Pod } from "./Cluster.ts"

/** Such as "8 seconds". */
export const Delay = Schema.TemplateLiteral([
  Schema.Finite,
  Schema.Literals([" millis", " second", " seconds", " minutes"])
])

/** Certificates a kubelet may present instead of its own. */
const WrongCertificate = Schema.Literals(["OtherAuthority", "SelfSigned", "Expired", "WrongName"])
export type WrongCertificate = typeof WrongCertificate.Type

/** Nobody listens, or the handshake fails. */
const ConnectionFault = Schema.TaggedUnion({
  Refuse: {},
  Certificate: { kind: WrongCertificate }
})

/** A request is not answered as it should be. */
const AnswerFault = Schema.TaggedUnion({
  /** The connection is reset instead of an answer. */
  Reset: {},
  /** No answer, ever. */
  Hang: {},
  /** The status line comes after a delay. */
  SlowHeaders: { delay: Delay },
  /** The page comes in pieces, one every `interval`. */
  SlowBody: { interval: Delay, pieces: Schema.Int },
  Status: { status: Schema.Literals([401, 403, 404, 500, 503]) },
  /** Status 200 and something that is no metrics page. */
  Garbage: {},
  /** The connection breaks in the middle of the page. */
  Truncated: {},
  /** The page ends in the middle of a line, as if that were all of it. */
  CutShort: {},
  /** The page comes compressed in a way that nobody asked for. */
  Zstd: {},
  /** Only the first half of a compressed page comes, as if that were all of it, even if nobody asked for a compressed one. */
  CutGzip: {},
  /** A page that never ends. */
  Gigantic: {}
})

/** The page says something a kubelet should not, or rarely, say. */
const PageFault = Schema.TaggedUnion({
  /** Readings do not advance any more. */
  StaleTimestamps: {},
  /** The kubelet's clock runs backwards from now on. */
  BackwardsTimestamps: {},
  /** The kubelet's clock is ahead by so many seconds, or behind by a negative number of them. */
  ClockSet: { seconds: Schema.Int },
  /** The page also lists a pod that is elsewhere, with an earlier start. */
  DuplicatePod: { pod: Pod },
  /** The kubelet could not read its statistics: nothing but `resource_scrape_error 1`. */
  ScrapeError: {},
  /** CPU counters begin at zero again, start times stay. */
  CounterReset: {},
  /** All containers start anew: counters and start times. */
  Restart: {}
})

/** A fault lasts until another one, or none, is set; `Once` is gone after one request. */
export const FaultFromJson = Schema.Union([
  ConnectionFault,
  AnswerFault,
  PageFault,
  Schema.TaggedStruct("Once", { fault: Schema.Union([AnswerFault, PageFault]) })
])

export type Fault = typeof FaultFromJson.Type

export const Fault = Data.taggedEnum<Fault>()
