/** What a kubelet prints at /metrics/resource, as points. */
import { Result, Schema } from "effect"
import { Buffer, isUtf8 } from "node:buffer"
import { Points } from "../Sample.ts"
import { lineFeed, sameBytes } from "./Bytes.ts"
import { Repetitions } from "./Repetitions.ts"
import { type Containers, Rows } from "./Rows.ts"
import { Scanner } from "./Scanner.ts"

/** The page is not in the Prometheus text format 0.0.4, or not what a kubelet prints in it. Lines and columns from 1, in bytes. */
export class MalformedPage extends Schema.TaggedError<MalformedPage>()("MalformedPage", {
  line: Schema.Int,
  column: Schema.Int,
  expected: Schema.String,
  found: Schema.String
}) {
  override get message() {
    return `line ${this.line}, column ${this.column}: expected ${this.expected}, found ${this.found}` +
      `; look at the page with: kubectl get --raw /api/v1/nodes/NODE/proxy/metrics/resource`
  }
}

export interface Page extends Containers {
  /** `containers[i]` has row `i + 1` of these, row 0 is the node. */
  readonly points: Points
  /** The kubelet says that it could not gather everything. */
  readonly scrapeError: boolean
}

/** What can be used again of the page before. */
export interface Before extends Containers {
  /** Nobody needs these any more: if they are as many, those of this page are written over them. */
  readonly points?: Points
}

/** What we keep of a series, and of whom. */
interface Series {
  readonly name: Uint8Array
  readonly of: "node" | "container" | "page"
  readonly field: "cpu" | "memory" | "swap" | "start" | "error"
}

const seriesNamed = (name: string, of: Series["of"], field: Series["field"]): Series => ({
  name: new TextEncoder().encode(name),
  of,
  field
})

const used: ReadonlyArray<Series> = [
  seriesNamed("node_cpu_usage_seconds_total", "node", "cpu"),
  seriesNamed("node_memory_working_set_bytes", "node", "memory"),
  seriesNamed("node_swap_usage_bytes", "node", "swap"),
  seriesNamed("container_cpu_usage_seconds_total", "container", "cpu"),
  seriesNamed("container_memory_working_set_bytes", "container", "memory"),
  seriesNamed("container_swap_usage_bytes", "container", "swap"),
  seriesNamed("container_start_time_seconds", "container", "start"),
  seriesNamed("scrape_error", "page", "error"),
  seriesNamed("resource_scrape_error", "page", "error")
]

/** They are few: to compare them all is quicker than to make a string of the name. */
const seriesOf = ({ nameEnd, nameStart, page }: Scanner) => {
  for (const it of used) {
    if (it.name.length === nameEnd - nameStart && sameBytes(page, nameStart, it.name, 0, it.name.length)) return it
  }
  return undefined
}

const none: Before = { containers: [], labels: new Uint8Array() }

/**
 * Reads a page that was asked for at `requestedAt`, which is the timestamp of what carries none.
 *
 * A value that is NaN, infinite, negative or not below 2^53 counts as not reported. The timestamp of a row is that of its
 * CPU and memory; where these differ the later line wins, as in the original. The containers are the same objects as
 * before as far as they are the same, and the same array if all of them are.
 */
export const parse = (
  bytes: Uint8Array,
  requestedAt: number,
  before: Before = none
): Result.Result<Page, MalformedPage> => {
  const page = endingLine(bytes)
  if (!isUtf8(page)) return Result.fail(notUtf8(page))
  const scanner = new Scanner(page)
  const rows = new Rows(page, before)
  const others = new Repetitions()
  let points = roomFor(before)
  let scrapeError = false
  let series: Series | undefined

  while (scanner.at < page.length) {
    if (scanner.skipLine()) continue
    if (!scanner.repeatsName()) {
      if (!scanner.name()) return Result.fail(malformed(scanner))
      series = seriesOf(scanner)
      others.begin()
    }
    const isContainer = series?.of === "container"
    const row = isContainer ? rows.read(scanner) : 0
    const isRead = isContainer ? row > 0 : rows.repeats(scanner) || others.read(scanner)
    if (!isRead || !scanner.number() || !scanner.rest()) return Result.fail(malformed(scanner))

    if (series === undefined) continue
    if (series.of === "page") scrapeError ||= scanner.value.scaled(0) > 0
    else {
      if (row >= points.rows) points = points.resized(2 * row)
      keep(points, row, series.field, scanner, requestedAt)
    }
  }
  if (page.length !== bytes.length) return Result.fail(brokenOff(scanner))
  const { containers, labels } = rows.found
  return Result.succeed({ containers, labels, points: points.resized(containers.length + 1), scrapeError })
}

const roomFor = ({ containers, points }: Before) => {
  if (containers.length === 0) return Points.make(64)
  return points?.rows === containers.length + 1 ? points.cleared() : Points.make(containers.length + 1)
}

const keep = (points: Points, row: number, field: Series["field"], scanner: Scanner, requestedAt: number) => {
  const { value } = scanner
  const whole = value.scaled(field === "start" ? 3 : 0)
  if (Number.isNaN(whole)) return
  if (field === "start") return points.setStartTime(row, whole)
  if (field === "swap") return points.setSwapBytes(row, whole)
  if (field === "cpu") points.setCpu(row, whole, value.fraction(9))
  else points.setMemoryBytes(row, whole)
  scanner.readTimestamp()
  points.setTimestamp(row, Number.isNaN(scanner.timestamp) ? requestedAt : scanner.timestamp)
}

/** A page that ends with a line feed, which is where every loop over its bytes stops. */
const endingLine = (bytes: Uint8Array): Buffer => {
  if (bytes.length === 0 || bytes.at(-1) === lineFeed) {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
  return Buffer.concat([bytes, Uint8Array.of(lineFeed)])
}

const decoder = new TextDecoder()

/** What stands where the scanner stopped: a few characters of the line, or that there are none. */
const malformed = ({ at, expected, page }: Scanner) => {
  const line = page.subarray(0, at).reduce((lines, byte) => byte === lineFeed ? lines + 1 : lines, 1)
  const start = page.subarray(0, at).lastIndexOf(lineFeed) + 1
  const rest = page.subarray(at, Math.min(page.indexOf(lineFeed, at), at + 20))
  return new MalformedPage({
    line,
    column: at - start + 1,
    expected,
    found: rest.length === 0 ? "the end of the line" : JSON.stringify(decoder.decode(rest))
  })
}

/** Half of a number is a number, too: so what is not the whole page is none. */
const brokenOff = (scanner: Scanner) => {
  scanner.at = scanner.page.length - 1
  scanner.fail("a line feed, with which a whole page ends")
  return malformed(scanner)
}

const notUtf8 = (page: Uint8Array) => {
  const scanner = new Scanner(page)
  while (isUtf8(page.subarray(scanner.at, page.indexOf(lineFeed, scanner.at)))) {
    scanner.at = page.indexOf(lineFeed, scanner.at) + 1
  }
  scanner.fail("UTF-8")
  return malformed(scanner)
}
