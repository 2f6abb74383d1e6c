/** The text a Kubernetes 1.36 kubelet answers on /metrics/resource. */
import type { Node, Pod, Usage } from "./Cluster.ts"

/** A pod and since when its containers run, milliseconds since the epoch. */
export interface RunningPod {
  readonly pod: Pod
  readonly startedAt: number
}

export interface Moment {
  readonly now: number
  /** By how much the kubelet's clock is ahead, milliseconds. */
  readonly skew?: number
  /** Counters began at zero again at this time, although nothing was restarted. */
  readonly countersResetAt?: number
}

export interface KubeletPage {
  print(moment: Moment): string
}

/** The page of a kubelet that could not read any statistics. */
export const scrapeError = () => family(scrapeErrorFamily, [" 1"])

/**
 * A page that is printed again and again. What stays the same, labels and gauges, is laid out once.
 *
 * Every container is read once per `housekeeping` with a phase of its own, and then later by less than the `jitter` (both
 * milliseconds): its timestamp lags behind the kubelet's clock by less than their sum. Counters are usage times the age at
 * that very timestamp, so that the rate between any two readings is exactly the configured usage.
 */
export const make = (options: {
  readonly node: Node
  readonly bootedAt: number
  readonly pods: ReadonlyArray<RunningPod>
  readonly housekeeping: number
  readonly jitter?: number
}): KubeletPage => {
  const { bootedAt, housekeeping, jitter = 0, node, pods } = options
  const pace = { housekeeping, jitter }
  const row = (labels: string, usage: Usage, startedAt: number): Row => ({
    labels,
    startedAt,
    startTime: `${labels} ${formatFloat(startedAt / 1000)}`,
    seed: hash(`${node.name}${labels}`),
    microcores: usage.cpuNanocores / 1000,
    memory: formatFloat(usage.memoryBytes),
    swap: formatFloat(usage.swapBytes ?? 0)
  })
  const containerRows = pods.flatMap(({ pod, startedAt }) =>
    pod.containers.map(({ name, usage }) =>
      row(`{container="${name}",namespace="${pod.namespace}",pod="${pod.name}"}`, usage, startedAt)
    )
  ).sort(byLabels)
  const podRows = pods.map(({ pod, startedAt }) =>
    row(`{namespace="${pod.namespace}",pod="${pod.name}"}`, podUsage(pod), startedAt)
  ).sort(byLabels)
  const nodeRows = [row("", node.usage, bootedAt)]

  return {
    print: (moment) => {
      const containers = takeReadings(containerRows, moment, pace)
      const node = takeReadings(nodeRows, moment, pace)
      const pods = takeReadings(podRows, moment, pace)
      return family(cpuFamily("container"), containers.map(cpu)) +
        family(memoryFamily("container"), containers.map(memory)) +
        family(startTimeFamily, containerRows.map(({ startTime }) => startTime)) +
        family(swapLimitFamily, containers.map(unlimited)) +
        family(swapFamily("container", "amount of the container swap usage"), containers.map(swap)) +
        family(cpuFamily("node"), node.map(cpu)) +
        family(memoryFamily("node"), node.map(memory)) +
        family(swapFamily("node", "swap usage of the node"), node.map(swap)) +
        family(cpuFamily("pod"), pods.map(cpu)) +
        family(memoryFamily("pod"), pods.map(memory)) +
        family(swapFamily("pod", "amount of the pod swap usage"), pods.map(swap)) +
        family(scrapeErrorFamily, [" 0"])
    }
  }
}

interface Row {
  readonly labels: string
  readonly startedAt: number
  readonly startTime: string
  /** What makes the moments of its readings its own, the same on every run. */
  readonly seed: number
  readonly microcores: number
  readonly memory: string
  readonly swap: string
}

interface Reading {
  readonly row: Row
  /** By the kubelet's clock. */
  readonly timestamp: number
  readonly cpuSeconds: string
}

/** The last reading of every row; one that started after its last turn has none yet. */
const takeReadings = (
  rows: ReadonlyArray<Row>,
  { countersResetAt = -Infinity, now, skew = 0 }: Moment,
  pace: Pace
) => {
  const readings: Array<Reading> = []
  for (const row of rows) {
    const timestamp = lastReading(row, now, pace)
    if (timestamp < row.startedAt) continue
    const since = countersResetAt <= timestamp ? Math.max(countersResetAt, row.startedAt) : row.startedAt
    // a microcore burns one nanosecond of CPU time in a millisecond
    const nanoseconds = Math.floor(row.microcores * (timestamp - since))
    readings.push({ row, timestamp: timestamp + skew, cpuSeconds: formatFloat(nanoseconds / 1e9) })
  }
  return readings
}

/** How containers are read, as in the options of the page. */
interface Pace {
  readonly housekeeping: number
  readonly jitter: number
}

/** When a row was read last: in steps with a phase of its own, and each time later by another while. */
const lastReading = ({ seed }: Row, now: number, { housekeeping, jitter }: Pace) => {
  const phase = seed % housekeeping
  const readAt = (turn: number) => turn * housekeeping + phase + (jitter === 0 ? 0 : mixed(seed, turn) % jitter)
  const turn = Math.floor((now - phase) / housekeeping)
  return readAt(turn) <= now ? readAt(turn) : readAt(turn - 1)
}

/** Two whole numbers as one that looks random. */
const mixed = (a: number, b: number) => {
  const product = Math.imul(a ^ Math.imul(b, 0x9e3779b1), 0x85ebca6b)
  return (product ^ product >>> 15) >>> 0
}

/** FNV-1a. */
const hash = (text: string) => {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h >>> 0
}

const podUsage = ({ containers }: Pod): Usage => ({
  cpuNanocores: containers.reduce((sum, { usage }) => sum + usage.cpuNanocores, 0),
  memoryBytes: containers.reduce((sum, { usage }) => sum + usage.memoryBytes, 0),
  swapBytes: containers.reduce((sum, { usage }) => sum + (usage.swapBytes ?? 0), 0)
})

/** Prometheus sorts the series of a family by their label values. */
const byLabels = (a: Row, b: Row) => a.labels < b.labels ? -1 : 1

const cpu = ({ cpuSeconds, row, timestamp }: Reading) => `${row.labels} ${cpuSeconds} ${timestamp}`
const memory = ({ row, timestamp }: Reading) => `${row.labels} ${row.memory} ${timestamp}`
const swap = ({ row, timestamp }: Reading) => `${row.labels} ${row.swap} ${timestamp}`
const unlimited = ({ row, timestamp }: Reading) => `${row.labels} 0 ${timestamp}`

interface Family {
  readonly name: string
  readonly type: "counter" | "gauge"
  readonly help: string
}

type Noun = "container" | "node" | "pod"

const cpuFamily = (noun: Noun): Family => ({
  name: `${noun}_cpu_usage_seconds_total`,
  type: "counter",
  help: `[STABLE] Cumulative cpu time consumed by the ${noun} in core-seconds`
})

const memoryFamily = (noun: Noun): Family => ({
  name: `${noun}_memory_working_set_bytes`,
  type: "gauge",
  help: `[STABLE] Current working set of the ${noun} in bytes`
})

const swapFamily = (noun: Noun, what: string): Family => ({
  name: `${noun}_swap_usage_bytes`,
  type: "gauge",
  help: `[ALPHA] Current ${what} in bytes. Reported only on non-windows systems`
})

const swapLimitFamily: Family = {
  name: "container_swap_limit_bytes",
  type: "gauge",
  help: "[ALPHA] Current amount of the container swap limit in bytes. Reported only on non-windows systems"
}

const startTimeFamily: Family = {
  name: "container_start_time_seconds",
  type: "gauge",
  help: "[STABLE] Start time of the container since unix epoch in seconds"
}

const scrapeErrorFamily: Family = {
  name: "resource_scrape_error",
  type: "gauge",
  help: "[STABLE] 1 if there was an error while getting container metrics, 0 otherwise"
}

/** A family without series is not printed at all. */
const family = ({ help, name, type }: Family, series: ReadonlyArray<string>) => {
  if (series.length === 0) return ""
  let text = `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`
  for (const line of series) text += `${name}${line}\n`
  return text
}

/**
 * A number as the Prometheus text format writes it: the shortest digits that read back the same, with an exponent of at
 * least two digits from a million on and below a ten-thousandth (strconv.FormatFloat(value, 'g', -1, 64) in Go).
 */
export const formatFloat = (value: number) => {
  const size = Math.abs(value)
  if (size === 0 || (size >= 1e-4 && size < 1e6)) return String(value)
  const [digits, exponent] = value.toExponential().split("e") as [string, string]
  return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`
}
