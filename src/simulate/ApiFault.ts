/** What can be wrong with an API of the simulated kube-apiserver, as data that can also be read from JSON. */
import { Data, Schema } from "effect"
import { Delay } from "./Fault.ts"

export const ApiFaultFromJson = Schema.TaggedUnion({
  /** Answers wait until the fault ends; so do the events of open watches. */
  Hang: {},
  /** Answers take longer: each page of a list, the head of a watch. */
  Slow: { delay: Delay },
  Status: { status: Schema.Literals([401, 403, 404, 410, 429, 500, 503, 504]) },
  /** Status 200 and something that is no JSON. */
  Garbage: {},
  /** The connection breaks in the middle of the answer. */
  Truncated: {},
  /** The object of this name comes without one. */
  Malformed: { name: Schema.String },
  /** Watches break: the open ones now, new ones as soon as they are open. */
  WatchCut: {},
  /** Open watches never carry anything again, as behind a firewall that forgot them; nor do new ones. */
  WatchSilence: {}
})

export type ApiFault = typeof ApiFaultFromJson.Type

export const ApiFault = Data.taggedEnum<ApiFault>()
