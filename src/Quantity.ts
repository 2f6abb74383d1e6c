/** Kubernetes quantities, Go durations and RFC 3339 times, written as apimachinery writes them and read back. */
import { Duration, Option } from "effect"

const decimal = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"]
const binary = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]

/**
 * Canonical DecimalSI: the greatest suffix that leaves a whole number, so 968 390 000 billionths of a core are "968390u".
 * The rules are those of `CanonicalizeBytes` in k8s.io/apimachinery/pkg/api/resource.
 */
export const formatCpu = (nanocores: number) => withSuffix(nanocores, 1000, decimal)

/** Canonical BinarySI. Below 1024 that is DecimalSI by the same rules: 1000 bytes are "1k". */
export const formatBytes = (bytes: number) =>
  bytes < 1024 ? withSuffix(bytes, 1000, decimal.slice(3)) : withSuffix(bytes, 1024, binary)

const withSuffix = (value: number, base: number, suffixes: ReadonlyArray<string>) => {
  if (value === 0) return "0"
  let index = 0
  while (value % base === 0 && index < suffixes.length - 1) {
    value /= base
    index++
  }
  return `${value}${suffixes[index]}`
}

/** A quantity in billionths of its unit; what is finer is rounded away from zero, as apimachinery does. */
export const parseQuantity = (text: string): Option.Option<bigint> => {
  const [, sign, digits = "", suffix = "", exponent] =
    /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,2}))?$/.exec(text) ?? []
  if (digits === "") return Option.none()
  const [whole, fraction = ""] = digits.split(".")
  const unit = suffix.endsWith("i")
    ? nano * 1024n ** BigInt(binary.indexOf(suffix))
    : 1000n ** BigInt(decimal.indexOf(suffix))
  const power = Number(exponent ?? 0)
  const value = BigInt(`${whole}${fraction}`) * unit * 10n ** BigInt(Math.max(power, 0))
  const magnitude = divideUp(value, 10n ** BigInt(fraction.length + Math.max(-power, 0)))
  return Option.some(sign === "-" ? -magnitude : magnitude)
}

/** A quantity of CPU in billionths of a core. */
export const parseCpu = (text: string) => Option.map(parseQuantity(text), Number)

/** A quantity of memory in bytes, rounded up. */
export const parseBytes = (text: string) => Option.map(parseQuantity(text), (value) => Number(divideUp(value, nano)))

const nano = 1_000_000_000n

/** Only what is above zero rounds up: that is away from zero for a magnitude. */
const divideUp = (value: bigint, by: bigint) => value / by + (value % by > 0n ? 1n : 0n)

const minute = 60_000
const hour = 60 * minute

/** Whole milliseconds as Go's `time.Duration` prints them: "1h0m0s", "15.003s", "500ms", "0s". */
export const formatGoDuration = (millis: number): string => {
  if (millis < 0) return `-${formatGoDuration(-millis)}`
  if (millis === 0) return "0s"
  if (millis < 1000) return `${millis}ms`
  const seconds = `${millis % minute / 1000}s`
  if (millis < minute) return seconds
  const minutes = `${Math.floor(millis % hour / minute)}m${seconds}`
  return millis < hour ? minutes : `${Math.floor(millis / hour)}h${minutes}`
}

/** Nanoseconds. Go takes the micro sign and the Greek letter. */
const goUnits: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  "\u00b5s": 1000n,
  "\u03bcs": 1000n,
  ms: 1_000_000n,
  s: nano,
  m: 60n * nano,
  h: 3600n * nano
}

/** What Go's `time.ParseDuration` takes, except that there is no upper bound. Below nanoseconds it truncates. */
export const parseGoDuration = (text: string): Option.Option<Duration.Duration> => {
  if (/^[+-]?0$/.test(text)) return Option.some(Duration.zero)
  if (!/^[+-]?((\d+(\.\d*)?|\.\d+)(ns|[u\u00b5\u03bcm]s|[smh]))+$/.test(text)) return Option.none()
  let nanos = 0n
  for (const [, whole = "", fraction = "", unit = ""] of text.matchAll(/(\d*)\.?(\d*)([a-z\u00b5\u03bc]+)/g)) {
    nanos += BigInt(`${whole}${fraction}`) * goUnits[unit]! / 10n ** BigInt(fraction.length)
  }
  const signed = text.startsWith("-") ? -nanos : nanos
  return Option.some(signed % 1_000_000n === 0n ? Duration.millis(Number(signed / 1_000_000n)) : Duration.nanos(signed))
}

/** RFC 3339 in UTC. The API has whole seconds: the fraction is cut off. */
export const formatTimestamp = (millis: number) =>
  new Date(Math.floor(millis / 1000) * 1000).toISOString().replace(".000Z", "Z")
