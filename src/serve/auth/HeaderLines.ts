/** The headers of a request line by line: `a, b` in one line is one group, in two lines it is two. */
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { Function, Result } from "effect"
import type { HttpServerRequest } from "effect/http"

/** Names in lower case, each with its lines in the order they came. */
export type HeaderLines = ReadonlyMap<string, ReadonlyArray<string>>

/** Names and values in turn, as Node.js has them. */
export const fromRaw = (raw: ReadonlyArray<string>): HeaderLines => {
  const lines = new Map<string, Array<string>>()
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const key = raw[i]!.toLowerCase()
    const value = raw[i + 1]!
    const known = lines.get(key)
    if (known === undefined) lines.set(key, [value])
    else known.push(value)
  }
  return lines
}

/** Requests that came over no socket have each header in one line. */
export const of = Function.memoize((request: HttpServerRequest.HttpServerRequest): HeaderLines => {
  const raw: ReadonlyArray<string> | undefined = NodeHttpServerRequest.toIncomingMessage(request).rawHeaders
  return fromRaw(raw ?? Object.entries(request.headers).flat())
})

/** As Go's `Header.Get`: what the first line says; empty when there is none. */
export const first = (headers: HeaderLines, name: string) => headers.get(name.toLowerCase())?.[0] ?? ""

/** What stands behind a prefix of names, percent-decoded where it is encoded, with all its lines. */
export const behind = (headers: HeaderLines, prefixes: ReadonlyArray<string>) => {
  const found = new Map<string, ReadonlyArray<string>>()
  for (const prefix of prefixes.map((prefix) => prefix.toLowerCase())) {
    for (const [name, lines] of headers) {
      if (!name.startsWith(prefix)) continue
      const key = decode(name.slice(prefix.length))
      found.set(key, [...found.get(key) ?? [], ...lines])
    }
  }
  return Object.fromEntries(found)
}

/** What is badly encoded stands for itself, as in the kube-apiserver. */
const decode = (key: string) => Result.getOrElse(Result.try(() => decodeURIComponent(key)), () => key)
