/** The headers of a request line by line: `a, b` in one line is one group, in two lines it is two. */
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { Result } from "effect"
import type { HttpServerRequest } from "effect/http"

/** Names, in lower case, and values in turn, in the order they came. */
export type HeaderLines = ReadonlyArray<string>

/** As Node.js has them. */
export const fromRaw = (raw: ReadonlyArray<string>): HeaderLines =>
  raw.map((text, index) => index % 2 === 0 ? text.toLowerCase() : text)

/** Requests that came over no socket have each header in one line. */
export const of = (request: HttpServerRequest.HttpServerRequest): HeaderLines => {
  const message = NodeHttpServerRequest.toIncomingMessage(request)
  const raw: ReadonlyArray<string> | undefined = message.rawHeaders
  // HTTP/2 has no other names than those in lower case (RFC 9113, 8.2.1).
  if (message.httpVersionMajor === 2) return raw
  return fromRaw(raw ?? Object.entries(request.headers).flat())
}

/** As Go's `Header.Get`: what the first line says; empty when there is none. */
export const first = (headers: HeaderLines, name: string) => {
  for (let i = 0; i + 1 < headers.length; i += 2) if (headers[i] === name) return headers[i + 1]!
  return ""
}

export const all = (headers: HeaderLines, name: string): ReadonlyArray<string> =>
  where(headers, (it) => it === name).map(([, value]) => value)

/** Whether there is a name that begins so. */
export const anyBehind = (headers: HeaderLines, prefix: string) => {
  for (let i = 0; i + 1 < headers.length; i += 2) if (headers[i]!.startsWith(prefix)) return true
  return false
}

/** What stands behind a prefix of names, percent-decoded where it is encoded, with all its lines. */
export const behind = (headers: HeaderLines, prefixes: ReadonlyArray<string>) => {
  const found = new Map<string, ReadonlyArray<string>>()
  for (const prefix of prefixes) {
    for (const [name, value] of where(headers, (it) => it.startsWith(prefix))) {
      const key = decode(name.slice(prefix.length))
      found.set(key, [...found.get(key) ?? [], value])
    }
  }
  return Object.fromEntries(found)
}

const where = (headers: HeaderLines, isWanted: (name: string) => boolean) => {
  const found: Array<readonly [name: string, value: string]> = []
  for (let i = 0; i + 1 < headers.length; i += 2) if (isWanted(headers[i]!)) found.push([headers[i]!, headers[i + 1]!])
  return found
}

/** What is badly encoded stands for itself, as in the kube-apiserver. */
const decode = (key: string) => Result.getOrElse(Result.try(() => decodeURIComponent(key)), () => key)
