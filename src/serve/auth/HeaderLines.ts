/** The headers of a request line by line: `a, b` in one line is one group, in two lines it is two. */
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { Option, Result } from "effect"
import type { HttpServerRequest } from "effect/http"

/** Names, in lower case, and values in turn, in the order they came. A character of a value is a byte (latin1). */
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

/** With values in UTF-8. Nothing where one is not: whatever stood for it in JSON could be somebody else's name. */
export const inUtf8 = (headers: HeaderLines): Option.Option<HeaderLines> =>
  headers.some(isBeyondAscii)
    ? Result.getSuccess(Result.try(() => headers.map((it) => isBeyondAscii(it) ? utf8.decode(bytesOf(it)) : it)))
    : Option.some(headers)

const isBeyondAscii = (text: string) => /[\u0080-\uffff]/.test(text)

const bytesOf = (text: string) => Buffer.from(text, "latin1")

/** A byte order mark is a part of the name as well. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

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

/** The lines whose names begin so. */
export const beginningWith = (headers: HeaderLines, prefix: string): HeaderLines =>
  where(headers, (it) => it.startsWith(prefix)).flat()

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
