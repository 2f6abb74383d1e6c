/** What the process itself is doing, under the names of Prometheus' clients for Go and for Node.js. */
import { Effect, Layer, Result, Schedule } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { constants, monitorEventLoopDelay, PerformanceObserver } from "node:perf_hooks"
import { getHeapStatistics } from "node:v8"
import * as MetricFamily from "../MetricFamily.ts"

const gauge = (id: string, description: string, read: () => number) =>
  Effect.map(MetricFamily.gauge(id, description), (family) => family.read({}, read))

const cpu = Effect.map(
  MetricFamily.counter("process_cpu_seconds_total", "CPU time used"),
  (family) =>
    family.read({}, () => {
      const { system, user } = process.cpuUsage()
      return (system + user) / 1e6
    })
)

/** What only the kernel knows; absent where it does not tell. */
const told = (id: string, description: string, read: () => number) =>
  Effect.suspend(() => Result.isSuccess(Result.try(read)) ? Effect.asVoid(gauge(id, description, read)) : Effect.void)

const status = (field: string) => fieldOf("/proc/self/status", new RegExp(`^${field}:\\s+(\\d+) kB`, "m")) * 1024

const limit = (name: string) => fieldOf("/proc/self/limits", new RegExp(`^${name}\\s+(\\d+|unlimited)`, "m"))

/** As client_golang has it, what is unlimited is the greatest number of 64 bits. */
const fieldOf = (file: string, pattern: RegExp) => {
  const found = pattern.exec(readFileSync(file, "utf8"))?.[1]
  return found === "unlimited" ? 2 ** 64 : Number(found)
}

const ofProcess = [
  cpu,
  gauge("process_resident_memory_bytes", "Resident memory", () => process.memoryUsage.rss()),
  gauge(
    "process_start_time_seconds",
    "When the process began: seconds since the epoch",
    () => performance.timeOrigin / 1000
  ),
  told("process_virtual_memory_bytes", "Virtual memory", () => status("VmSize")),
  told("process_virtual_memory_max_bytes", "How much virtual memory there may be", () => limit("Max address space")),
  told("process_open_fds", "Open file descriptors", () => readdirSync("/proc/self/fd").length),
  told("process_max_fds", "How many file descriptors may be open", () => limit("Max open files"))
]

const version = Effect.map(
  MetricFamily.gauge<"version">("nodejs_version_info", "The version of Node.js; always 1"),
  (family) => family.series({ version: process.version }).update(1)
)

const ofNode = [
  version,
  gauge(
    "nodejs_heap_size_total_bytes",
    "Heap of JavaScript, as it is reserved",
    () => getHeapStatistics().total_heap_size
  ),
  gauge("nodejs_heap_size_used_bytes", "Heap of JavaScript, as it is used", () => getHeapStatistics().used_heap_size),
  gauge("nodejs_external_memory_bytes", "Memory of objects outside the heap", () => process.memoryUsage().external),
  gauge(
    "nodejs_active_resources_total",
    "Sockets, timers and requests that keep the process busy",
    () => process.getActiveResourcesInfo().length
  )
]

/** Long enough for a percentile, short enough for a stall to be seen while it matters. */
const lagWindow = "15 seconds"

/**
 * How long the turns of the event loop took, over the last window: whatever comes meanwhile waits that long. Each turn is
 * measured and none is made for it: a timer that looks how late it comes was half of what the server of a small cluster took.
 */
const eventLoop = Effect.gen(function*() {
  // The turn in which the program begins has none before it, and what it waits for would count.
  yield* Effect.yieldNow
  const monitor = yield* Effect.acquireRelease(
    Effect.sync(() => monitorEventLoopDelay({ samplePerIteration: true })),
    (monitor) => Effect.sync(() => monitor.disable())
  )
  monitor.enable()
  let seen = { mean: 0, max: 0, p50: 0, p99: 0 }
  const look = Effect.sync(() => {
    if (monitor.count === 0) return
    seen = { mean: monitor.mean, max: monitor.max, p50: monitor.percentile(50), p99: monitor.percentile(99) }
    monitor.reset()
  })
  yield* Effect.forkScoped(Effect.schedule(look, Schedule.spaced(lagWindow)))
  const lag = (name: string, what: string, nanos: () => number) =>
    gauge(
      `nodejs_eventloop_lag_${name}`,
      `${what} turn of the event loop in the last ${lagWindow}`,
      () => nanos() / 1e9
    )
  yield* lag("seconds", "Mean", () => seen.mean)
  yield* lag("max_seconds", "Longest", () => seen.max)
  yield* lag("p50_seconds", "Median", () => seen.p50)
  yield* lag("p99_seconds", "99th percentile of the", () => seen.p99)
})

const garbageKinds = {
  minor: constants.NODE_PERFORMANCE_GC_MINOR,
  major: constants.NODE_PERFORMANCE_GC_MAJOR,
  incremental: constants.NODE_PERFORMANCE_GC_INCREMENTAL,
  weakcb: constants.NODE_PERFORMANCE_GC_WEAKCB
}

const garbage = Effect.gen(function*() {
  const family = yield* MetricFamily.histogram<"kind">(
    "nodejs_gc_duration_seconds",
    "Pauses for garbage collection",
    [0.001, 0.01, 0.1, 1, 2, 5]
  )
  const kinds = new Map<unknown, MetricFamily.Series>(
    Object.entries(garbageKinds).map(([kind, constant]) => [constant, family.series({ kind })])
  )
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) kinds.get(kindOf(entry))?.update(entry.duration / 1000)
  })
  yield* Effect.acquireRelease(
    Effect.sync(() => observer.observe({ entryTypes: ["gc"] })),
    () => Effect.sync(() => observer.disconnect())
  )
})

const kindOf = (entry: PerformanceEntry & { readonly detail?: { readonly kind?: unknown } }) => entry.detail?.kind

export const layer = Layer.effectDiscard(Effect.all([...ofProcess, ...ofNode, eventLoop, garbage], { discard: true }))
