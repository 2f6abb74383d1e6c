/** What a kubelet may do wrong, and what is served, counted and logged then: for the tests, and for docs/faults.md. */
import type { KubeletReason } from "../../src/scrape/KubeletError.ts"
import { Fault } from "../../src/simulate/Fault.ts"

export type Served =
  /** The last value stands, with its own timestamp. */
  | "stands"
  /** New values come as ever, each with the kubelet's timestamp. */
  | "advances"

export interface KubeletCase {
  /** The end of "a kubelet that ...". */
  readonly does: string
  readonly fault: Fault
  readonly node: Served
  readonly pods: Served
  /** By which failed scrapes are counted and logged; none where scrapes succeed. */
  readonly reason?: KubeletReason
  /** The scrape with which all is served anew, counted from the end of the fault or, where `passes`, from its beginning. */
  readonly scrapes: 1 | 2
  /** It is a single event, after which the kubelet goes on in its new state. */
  readonly passes?: true
}

const failing = (does: string, fault: Fault, reason: KubeletReason): KubeletCase => ({
  does,
  fault,
  node: "stands",
  pods: "stands",
  reason,
  scrapes: 1
})

export const cases: ReadonlyArray<KubeletCase> = [
  failing("is not there", Fault.Refuse(), "connection_refused"),
  failing("resets the connection", Fault.Reset(), "reset"),
  failing("never answers", Fault.Hang(), "timeout"),
  failing("begins its answer too late", Fault.SlowHeaders({ delay: "20 seconds" }), "timeout"),
  failing("trickles its page", Fault.SlowBody({ interval: "1 seconds", pieces: 1000 }), "timeout"),
  failing("breaks off in the middle of its page", Fault.Truncated(), "reset"),
  failing("sends half a page as if it were a whole one", Fault.CutShort(), "malformed_page"),
  failing("compresses its page in a way that nobody asked for", Fault.Zstd(), "malformed_page"),
  failing("sends half of a compressed page", Fault.CutGzip(), "malformed_page"),
  failing("sends a page without end", Fault.Gigantic(), "body_too_large"),
  failing("answers with a web page", Fault.Garbage(), "malformed_page"),
  failing("does not know us: 401", Fault.Status({ status: 401 }), "unauthorized"),
  failing("lets us read nothing: 403", Fault.Status({ status: 403 }), "forbidden"),
  failing("has no such page: 404", Fault.Status({ status: 404 }), "status"),
  failing("is in trouble: 500", Fault.Status({ status: 500 }), "status"),
  failing("is overloaded: 503", Fault.Status({ status: 503 }), "status"),
  failing(
    "has a certificate of an unknown authority",
    Fault.Certificate({ kind: "OtherAuthority" }),
    "tls_unknown_authority"
  ),
  failing("has a self-signed certificate", Fault.Certificate({ kind: "SelfSigned" }), "tls_self_signed"),
  failing("has an expired certificate", Fault.Certificate({ kind: "Expired" }), "tls_expired"),
  failing("has a certificate for another address", Fault.Certificate({ kind: "WrongName" }), "tls_name_mismatch"),
  failing("cannot read its own statistics", Fault.ScrapeError(), "no_data"),
  {
    does: "is slow, but answers in time",
    fault: Fault.SlowHeaders({ delay: "300 millis" }),
    node: "advances",
    pods: "advances",
    scrapes: 1
  },
  {
    does: "repeats its readings",
    fault: Fault.StaleTimestamps(),
    node: "stands",
    pods: "stands",
    scrapes: 1
  },
  {
    does: "has its clock set an hour ahead",
    fault: Fault.ClockSet({ seconds: 3600 }),
    node: "stands",
    pods: "stands",
    scrapes: 2,
    passes: true
  },
  {
    does: "has its clock set back by an hour",
    fault: Fault.ClockSet({ seconds: -3600 }),
    node: "stands",
    pods: "stands",
    scrapes: 2,
    passes: true
  },
  {
    does: "counts from zero again",
    fault: Fault.CounterReset(),
    node: "stands",
    pods: "stands",
    scrapes: 2,
    passes: true
  },
  {
    does: "restarts its containers",
    fault: Fault.Restart(),
    node: "advances",
    pods: "stands",
    scrapes: 2,
    passes: true
  }
]
