/** What befalls every answer: what browsers are told of HTTPS, the end of some connections, a line for those who trace. */
import { Effect, LogLevel, Random, References } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import * as Connection from "./Connection.ts"

export interface Options {
  /** Directives for browsers; none: they are told nothing. */
  readonly strictTransportSecurity: ReadonlyArray<string>
  /** Which part of the requests over HTTP/2 ends its connection. */
  readonly goawayChance: number
}

export const defaults: Options = { strictTransportSecurity: [], goawayChance: 0 }

type Step = (
  answer: Effect.Effect<HttpServerResponse.HttpServerResponse>,
  request: HttpServerRequest.HttpServerRequest
) => Effect.Effect<HttpServerResponse.HttpServerResponse>

/** What is not wanted costs nothing. */
export const make = ({ goawayChance, strictTransportSecurity }: Options) =>
  Effect.map(Effect.all([References.MinimumLogLevel, Random.Random]), ([level, random]): Step => {
    const steps = [
      ...strictTransportSecurity.length > 0 ? [secure(strictTransportSecurity.join("; "))] : [],
      ...goawayChance > 0 ? [goAway(() => random.nextDoubleUnsafe() < goawayChance)] : [],
      ...LogLevel.isLessThanOrEqualTo(level, "Trace") ? [trace] : []
    ]
    return (answer, request) => steps.reduce((answer, step) => step(answer, request), answer)
  })

const secure = (directives: string): Step => (answer) =>
  Effect.mapEager(answer, HttpServerResponse.setHeader("strict-transport-security", directives))

const goAway = (isTime: () => boolean): Step => (answer, request) =>
  Effect.flatMapEager(answer, (it) => isTime() ? Effect.as(Connection.partFrom(request), it) : Effect.succeed(it))

/** Without the query, in which some have their token. */
const trace: Step = (answer, { method, url }) =>
  Effect.tap(
    answer,
    ({ status }) =>
      Effect.annotateLogs(Effect.logTrace(`${method} ${url.replace(/\?.*/s, "")}: ${status}`), { service: "HttpApp" })
  )
