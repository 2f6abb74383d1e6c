/** What one connection may take of the server: time, space, and how much at once. */
import { Duration } from "effect"
import * as Limits from "./Limits.ts"
import * as Pace from "./Pace.ts"

export interface ConnectionLimits {
  /** For the TLS handshake, and for the headers of a request from when they could have begun. */
  readonly headers: Duration.Duration
  /** For all of a request. */
  readonly request: Duration.Duration
  /** From a request to when the client has taken all of its answer. */
  readonly answer: Duration.Duration
  /** With nothing to do. */
  readonly idle: Duration.Duration
  /** Of a request's headers, the URL among them. */
  readonly headerBytes: number
}

/** As long as by the original, where it has a figure; answers may take as long as requests may, and a little to be written. */
export const make = ({ requestTimeout }: { readonly requestTimeout: Duration.Duration }): ConnectionLimits => ({
  headers: Duration.seconds(32),
  request: Duration.minutes(1),
  answer: Duration.sum(requestTimeout, Duration.seconds(10)),
  // Go's clients leave after 90 s. It is for them to close first: so no request meets a connection that is being closed.
  idle: Duration.minutes(2),
  // A user has a header for each group, which may be many. HTTP/2 by nghttp2 ends a little above.
  headerBytes: 128 * 1024
})

export const defaults = make(Limits.defaults)

/** What an entry of a header list costs at least (RFC 9113, 6.5.2). */
const leastEntry = 32

/** For servers of `node:https` and `node:http2`. */
export const forNode = (limits: ConnectionLimits, streams: number) => ({
  handshakeTimeout: Duration.toMillis(limits.headers),
  http1: {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: Duration.toMillis(limits.headers),
    requestTimeout: Duration.toMillis(limits.request),
    keepAliveTimeout: Duration.toMillis(limits.idle),
    connectionsCheckingInterval: Duration.toMillis(limits.headers) / 8
  },
  http2: {
    settings: { maxConcurrentStreams: streams, maxHeaderListSize: limits.headerBytes },
    // As many as there is space for: users of 130 groups would be refused by Node.js itself.
    maxHeaderListPairs: limits.headerBytes / leastEntry,
    // Cancelling is everybody's right. Who does it faster than requests are answered is cut off (CVE-2023-44487), after
    // four times as many streams as may be open, as by the original, and 33 more for each second.
    streamResetBurst: 4 * streams,
    streamResetRate: 33,
    // Megabytes for what was read and for what waits to be taken: pieces of as many answers as may be open. Headers that
    // unpack to many times their size end here, too.
    maxSessionMemory: 10 + Math.ceil(streams * (limits.headerBytes + Pace.piece) / 1e6)
  }
})
