/** The faults of the simulated kube-apiserver: switched on for an API, they stand between its answers and who asked. */
import { Context, Deferred, Effect, Layer, Option, Schema, Stream } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import type { ApiRequest } from "./api/ApiRequest.ts"
import * as Status from "./api/Status.ts"
import type { ApiFault } from "./ApiFault.ts"

/** The fault wants the connection to break here. */
class AnswerBroken extends Schema.TaggedError<AnswerBroken>()("AnswerBroken", {
  api: Schema.String
}) {
  override get message() {
    return `the simulated API server breaks an answer of ${this.api}, as its fault says`
  }
}

type Answer = Effect.Effect<HttpServerResponse.HttpServerResponse, never, HttpServerRequest.HttpServerRequest>

export class ApiFaults extends Context.Service<ApiFaults, {
  /**
   * Faults follow one another; none ends the last. An API is named as in RBAC, `pods` or `tokenreviews.authentication.k8s.io`;
   * `*` stands for all that have no fault of their own.
   */
  set(api: string, fault: Option.Option<ApiFault>): Effect.Effect<void>
  /** A fault that is over at once; what it did to open watches stays. */
  strike(api: string, fault: ApiFault): Effect.Effect<void>
  /** The answer to a request as the fault of its API leaves it. */
  through(request: ApiRequest, answer: Answer): Answer
  /** Requests that wait for the end of a fault. */
  readonly waiting: () => number
}>()("metrics-server/simulate/ApiFaults") {
  static readonly layer = Layer.sync(ApiFaults, () => {
    const active = new Map<string, Active>()
    const watches = new Set<Watch>()
    let waiting = 0

    const faultOf = (api: string) => active.get(api) ?? active.get("*")

    const set = (api: string, fault: Option.Option<ApiFault>) =>
      Effect.sync(() => {
        const before = active.get(api)
        if (Option.isNone(fault)) active.delete(api)
        else active.set(api, { fault: fault.value, ended: Deferred.makeUnsafe() })
        if (before !== undefined) Deferred.doneUnsafe(before.ended, Effect.void)
        for (const watch of watches) hit(watch, faultOf(watch.api)?.fault)
      })

    const strike = (api: string, fault: ApiFault) =>
      Effect.andThen(set(api, Option.some(fault)), set(api, Option.none()))

    /** Goes on when the API does not hang, or not any more. */
    const whileHanging = (api: string): Effect.Effect<void> =>
      Effect.suspend(() => {
        const met = faultOf(api)
        if (met?.fault._tag !== "Hang") return Effect.void
        waiting++
        return Deferred.await(met.ended).pipe(
          Effect.ensuring(Effect.sync(() => waiting--)),
          Effect.andThen(whileHanging(api))
        )
      })

    /** What goes through a watch while it is open. */
    const watched = <E>(api: string, events: Stream.Stream<Uint8Array, E>) =>
      Stream.unwrap(Effect.gen(function*() {
        const watch: Watch = { api, broken: Deferred.makeUnsafe(), silent: false }
        yield* Effect.acquireRelease(
          Effect.sync(() => watches.add(watch)),
          () => Effect.sync(() => watches.delete(watch))
        )
        hit(watch, faultOf(api)?.fault)
        return events.pipe(
          Stream.mapEffect((piece) =>
            Effect.andThen(
              whileHanging(api),
              Effect.suspend(() => watch.silent ? Effect.never : Effect.succeed(damaged(piece, faultOf(api)?.fault)))
            )
          ),
          Stream.interruptWhen(Deferred.await(watch.broken))
        )
      }))

    const through = Effect.fnUntraced(function*(request: ApiRequest, answer: Answer) {
      const api = nameOf(request)
      yield* whileHanging(api)
      const fault = faultOf(api)?.fault
      if (fault?._tag === "Status") return Status.failing(fault.status)
      if (fault?._tag === "Garbage") return HttpServerResponse.text("<!doctype html><title>It works!</title>\n")
      if (fault?._tag === "Slow") yield* Effect.sleep(fault.delay)
      const response = yield* answer
      if (request.watch) return mapBytes(response, (bytes) => watched(api, bytes))
      return fault === undefined
        ? response
        : mapBytes(
          response,
          (bytes) =>
            fault._tag === "Truncated" ? brokenOff(api, bytes) : Stream.map(bytes, (piece) => damaged(piece, fault))
        )
    })

    return { set, strike, through, waiting: () => waiting }
  })
}

interface Active {
  readonly fault: ApiFault
  readonly ended: Deferred.Deferred<void>
}

/** An open watch. */
interface Watch {
  readonly api: string
  readonly broken: Deferred.Deferred<never, AnswerBroken>
  silent: boolean
}

const hit = (watch: Watch, fault: ApiFault | undefined) => {
  if (fault?._tag === "WatchSilence") watch.silent = true
  if (fault?._tag === "WatchCut") Deferred.doneUnsafe(watch.broken, Effect.fail(new AnswerBroken({ api: watch.api })))
}

const nameOf = ({ attributes }: ApiRequest) => {
  if (attributes._tag === "NonResource") return ""
  const { group, resource } = attributes.resource
  return group === "" ? resource : `${resource}.${group}`
}

/** Objects are never cut in two between pieces. */
const damaged = (piece: Uint8Array, fault: ApiFault | undefined) =>
  fault?._tag === "Malformed"
    ? Buffer.from(Buffer.from(piece).toString().replaceAll(`"name":"${fault.name}"`, `"name":""`))
    : piece

const brokenOff = (api: string, bytes: Stream.Stream<Uint8Array, unknown>) =>
  bytes.pipe(
    Stream.take(1),
    Stream.map((piece) => piece.subarray(0, piece.length / 2)),
    Stream.concat(Stream.fail(new AnswerBroken({ api })))
  )

const mapBytes = (
  response: HttpServerResponse.HttpServerResponse,
  f: (bytes: Stream.Stream<Uint8Array, unknown>) => Stream.Stream<Uint8Array, unknown>
) => {
  const { body, headers, status } = response
  if (body._tag !== "Stream" && body._tag !== "Uint8Array") return response
  const bytes = body._tag === "Stream" ? body.stream : Stream.make(body.body)
  const { "content-length": _, ...others } = headers
  return HttpServerResponse.stream(f(bytes), { status, headers: others, contentType: body.contentType })
}
