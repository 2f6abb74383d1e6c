/** Keeps a live map equal to what kube-apiserver has: a list first, then watches that follow it for ever. */
import { Cause, Clock, Deferred, Duration, Effect, Option, Random, Result, type Schema, Stream } from "effect"
import { Kube } from "../kube/Kube.ts"
import * as Monotonic from "../Monotonic.ts"
import * as ListWatch from "./ListWatch.ts"
import type { LiveMap, Named } from "./LiveMap.ts"
import * as WatchEvent from "./WatchEvent.ts"
import * as WatchMetrics from "./WatchMetrics.ts"

export interface ReflectorOptions<A extends Named> extends ListWatch.Resource {
  /** What is kept of an object. */
  readonly decode: (object: unknown) => Result.Result<A, Schema.SchemaError>
  readonly live: LiveMap<A>
}

export interface Health {
  /** Whether a first list is complete. */
  readonly synced: boolean
  /** When kube-apiserver last sent something, by our clock: milliseconds since the epoch. */
  readonly lastContact: Option.Option<number>
  /** What is wrong since then; none while list and watch work. */
  readonly error: Option.Option<string>
}

export interface Reflector {
  readonly synced: Effect.Effect<boolean>
  readonly awaitSynced: Effect.Effect<void>
  readonly health: Effect.Effect<Health>
}

/**
 * Milliseconds. A watch that held for so long was well, however quiet it was; one that did not may fail in the same way each
 * time.
 */
export const wellAfter = 1000

/** The page size of kubectl. */
const paged = { limit: "500" }

/** The map stays served through every failure, and the loop ends with the scope only. */
export const make = Effect.fnUntraced(function*<A extends Named>({ decode, live, ...resource }: ReflectorOptions<A>) {
  const { path } = resource
  const { list, watch } = ListWatch.make((yield* Kube).http, resource)
  const firstList = yield* Deferred.make<void>()

  /** The version that the map has; none when only a list can tell. */
  let cursor: string | undefined
  /** Turns that failed since a watch held. */
  let failures = 0
  let lastContact = Option.none<number>()
  let error = Option.none<string>()

  const metrics = yield* WatchMetrics.make(path, {
    objects: () => live.size,
    healthy: () => Deferred.isDoneUnsafe(firstList) && Option.isNone(error),
    lastContact: () => Option.getOrElse(lastContact, () => 0)
  })

  const heard = Effect.map(Clock.currentTimeMillis, (now) => {
    lastContact = Option.some(now)
  })

  const recovered = Effect.suspend(() => {
    if (Option.isNone(error)) return Effect.void
    error = Option.none()
    return Effect.logInfo(`${path} is followed again`)
  })

  const skip = (object: unknown, cause: Schema.SchemaError) =>
    Effect.andThen(
      Effect.logWarning(`skipped a malformed object of ${path}, ${nameOf(object)}: ${cause.message}`),
      Effect.sync(() => metrics.malformed.update(1))
    )

  const listPages = Effect.fnUntraced(function*(options: ListWatch.PageOptions) {
    const values: Array<A> = []
    let page = yield* list(options)
    // A change between two pages belongs to the watch, so it starts where the first page did.
    const { resourceVersion } = page
    while (true) {
      yield* heard
      for (const item of page.items) {
        const value = decode(item)
        if (Result.isSuccess(value)) values.push(value.success)
        else yield* skip(item, value.failure)
      }
      if (!page.continue) return { values, resourceVersion }
      page = yield* list({ ...options, continue: page.continue })
    }
  })

  /** A list that takes longer than etcd keeps its history (5 minutes by default) can be had in one piece only. */
  const listAll = listPages(paged).pipe(
    Effect.catchIf((error) => error.expired, () => listPages(paged)),
    Effect.catchIf((error) => error.expired, () => listPages({}))
  )

  const relist = Effect.gen(function*() {
    const { resourceVersion, values } = yield* listAll
    live.replace(values)
    cursor = resourceVersion
    metrics.listed.update(1)
    yield* recovered
    if (yield* Deferred.succeed(firstList, undefined)) yield* Effect.logInfo(`${path}: ${values.length} objects`)
  })

  const receive = Effect.fnUntraced(function*(events: ReadonlyArray<unknown>) {
    yield* heard
    for (const line of events) {
      const event = WatchEvent.decode(line)
      if (Result.isFailure(event)) {
        yield* skip(line, event.failure)
        continue
      }
      const { name, namespace, object, resourceVersion, type } = event.success
      if (type === "ERROR") {
        return yield* new ListWatch.ListWatchError({ path, detail: WatchEvent.explain(object), expired: true })
      }
      yield* recovered
      if (type === "DELETED") live.delete(namespace, name)
      else if (type !== "BOOKMARK") {
        const value = decode(object)
        if (Result.isSuccess(value)) live.put(value.success)
        else yield* skip(object, value.failure)
      }
      if (resourceVersion !== "") cursor = resourceVersion
    }
  })

  const follow = Effect.fnUntraced(function*(resourceVersion: string) {
    let openedAt = Infinity
    const opened = Effect.map(Monotonic.now, (now) => {
      openedAt = now
    })
    const held = Effect.map(Monotonic.now, (now) => now - openedAt >= wellAfter)
    let empty = true
    yield* Stream.runForEachArray(watch(resourceVersion, opened), (events) => {
      empty = false
      return receive(events)
    }).pipe(
      Effect.onExit(() =>
        Effect.map(held, (held) => {
          if (held) failures = 0
        })
      )
    )
    if (empty && !(yield* held)) {
      return yield* new ListWatch.ListWatchError({ path, detail: "the watch ended at once", expired: false })
    }
    yield* recovered
  })

  const failed = Effect.fnUntraced(function*(cause: Cause.Cause<ListWatch.ListWatchError>) {
    metrics.failed.update(1)
    const failure = Cause.findErrorOption(cause)
    const expired = Option.isNone(failure) || failure.value.expired
    if (expired) cursor = undefined
    const first = failures === 0
    const delay = backOff(failures, yield* Random.next)
    failures += 1
    // That a version expires is everyday life, and the new list may follow at once: but once only, until a watch has held.
    if (expired && first && Option.isSome(failure)) {
      return yield* Effect.logInfo(`${failure.value.message}; listing again`)
    }
    const message = Option.match(failure, {
      onNone: () => `${path}: a defect of this server: ${Cause.pretty(cause)}`,
      onSome: ({ message }) => message
    })
    if (!Option.contains(error, message)) yield* Effect.logWarning(`${message}; what is known stays in use`)
    error = Option.some(message)
    yield* Effect.sleep(delay)
  })

  yield* Effect.suspend(() => cursor === undefined ? relist : follow(cursor)).pipe(
    Effect.catchCause(failed),
    Effect.forever,
    Effect.annotateLogs({ service: "Reflector" }),
    Effect.forkScoped
  )

  const reflector: Reflector = {
    synced: Deferred.isDone(firstList),
    awaitSynced: Deferred.await(firstList),
    health: Effect.map(Deferred.isDone(firstList), (synced) => ({ synced, lastContact, error }))
  }
  return reflector
})

/** For a map that nothing changes. */
export const idle: Reflector = {
  synced: Effect.succeed(true),
  awaitSynced: Effect.void,
  health: Effect.succeed({ synced: true, lastContact: Option.none(), error: Option.none() })
}

/** 200 ms, doubled with each failure up to 30 s, less a random part of up to one half. */
export const backOff = (failures: number, random: number) =>
  Duration.millis(Math.min(200 * 2 ** failures, 30_000) * (1 - random / 2))

const nameOf = (object: unknown) => {
  const { name, namespace } = WatchEvent.identify(object)
  return name === "" ? "without a name" : `"${namespace === "" ? name : `${namespace}/${name}`}"`
}
