/** Whether an answer is the recorded one, but for what varies from run to run: times, windows and quantities. */
import { loadYaml } from "@kubernetes/client-node"
import { Result } from "effect"
import { isDeepStrictEqual } from "node:util"
import type { Answer } from "../fixtures/HttpsClient.ts"
import * as KubernetesProtobuf from "../fixtures/KubernetesProtobuf.ts"
import { bodies, type Body, type Exchange } from "./Recorded.ts"

/** Of the others clients see nothing, or what is true of one connection. */
const headers = [
  "content-type",
  "cache-control",
  "content-encoding",
  "vary",
  "x-content-type-options",
  "allow",
  "www-authenticate",
  "retry-after"
]

/** What differs; nothing when they agree. */
export const differences = (
  { answer: recorded, compare, method }: Exchange,
  answer: Answer
): ReadonlyArray<string> => {
  const found: Array<string> = []
  const expect = (what: string, actual: unknown, expected: unknown) => {
    if (!isDeepStrictEqual(actual, expected)) found.push(`${what} ${brief(actual)}, recorded ${brief(expected)}`)
  }
  expect("status", answer.status, recorded.status)
  if (compare === "status") return found
  for (const name of compare === "type" ? ["content-type"] : headers) {
    expect(name, answer.headers[name], recorded.headers[name])
  }
  if (compare === "type") return found
  expect("etag", answer.headers["etag"] === undefined, recorded.headers["etag"] === undefined)
  const body = recorded.body === undefined ? undefined : bodies[recorded.body]
  if (method !== "HEAD" && body !== undefined) expectBody(expect, answer.body, body)
  return found
}

type Expect = (what: string, actual: unknown, expected: unknown) => void

const expectBody = (expect: Expect, actual: Buffer, recorded: Body) => {
  if ("json" in recorded) {
    expect("body", masked(parseJson(actual)), masked(recorded.json))
    expect("indented", /^\{\n {2}/.test(actual.toString()), recorded.indented ?? false)
  } else if ("base64" in recorded) {
    expect("body", masked(readProtobuf(actual)), masked(readProtobuf(Buffer.from(recorded.base64, "base64"))))
  } else if ("yaml" in recorded) {
    const known = parseYaml(recorded.yaml)
    expect("body", masked(parseYaml(actual.toString())), masked(known))
    const lines = (yaml: string) => hasManyContainers(known) ? maskedLines(yaml).sort() : maskedLines(yaml)
    expect("lines", lines(actual.toString()), lines(recorded.yaml))
  } else expect("body", actual.toString(), recorded.text)
}

/** What cannot be read is shown as it is. */
const parseJson = (bytes: Buffer) => attempt(() => JSON.parse(bytes.toString()), bytes.toString())

const parseYaml = (text: string) => attempt(() => loadYaml(text), text)

const readProtobuf = (bytes: Buffer) => attempt(() => KubernetesProtobuf.read(bytes), bytes.toString("latin1"))

const attempt = (read: () => unknown, otherwise: string) => Result.getOrElse(Result.try(read), () => otherwise)

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/
const duration = /^(\d+h)?(\d+m)?(\d+(\.\d+)?(ms|s))?$/
const quantity = /^\d+(n|u|m|k|M|G|Ki|Mi|Gi|Ti)?$/

/** Each varies only where it has the right form. */
const forms: Record<string, RegExp> = {
  creationTimestamp: time,
  timestamp: time,
  window: duration,
  duration,
  cpu: quantity,
  memory: quantity,
  quantity
}

const mask = (key: string, value: unknown) =>
  typeof value === "string" && value !== "" && forms[key]?.test(value) ? `<${key}>` : value

type Fields = { readonly [key: string]: unknown }

const masked = (value: unknown, key = ""): unknown => {
  if (Array.isArray(value)) {
    const items = value.map((item) => masked(item))
    // The original's containers come in any order.
    return key === "containers" ? items.sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1) : items
  }
  if (typeof value !== "object" || value === null) return mask(key, value)
  const fields = value as Fields
  return Object.fromEntries(
    Object.entries("columnDefinitions" in fields ? withMaskedCells(fields) : fields)
      // Causes say more than the original did.
      .filter(([name]) => !(key === "details" && name === "causes"))
      .map(([name, it]) => [name, masked(it, name)])
  )
}

const withMaskedCells = (table: Fields): Fields => {
  const columns = (table["columnDefinitions"] ?? []) as ReadonlyArray<{ readonly format: string }>
  const rows = (table["rows"] ?? []) as ReadonlyArray<{ readonly cells: ReadonlyArray<unknown> }>
  return {
    ...table,
    ...table["rows"] !== null && {
      rows: rows.map((row) => ({ ...row, cells: row.cells.map((cell, i) => mask(columns[i]?.format ?? "", cell)) }))
    }
  }
}

const maskedLines = (yaml: string) =>
  yaml.split("\n").map((line) => {
    const [, start = "", key = "", value = ""] = /^([ -]*)(\w+): "?([^"]*)"?$/.exec(line) ?? []
    return key in forms ? `${start}${key}: ${mask(key, value)}` : line
  })

/** Then lines come in any order. */
const hasManyContainers = (value: unknown): boolean =>
  typeof value === "object" && value !== null &&
  Object.entries(value).some(([key, it]) =>
    key === "containers" && Array.isArray(it) && it.length > 1 || hasManyContainers(it)
  )

const brief = (value: unknown) => {
  const text = JSON.stringify(value) ?? "nothing"
  return text.length > 500 ? `${text.slice(0, 500)}...` : text
}
