/** The headers of a request line by line: `a, b` in one line is one group, in two lines it is two. */
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { Function, Result } from "effect"
import type { HttpServerRequest } from "effect/http"

/** Names in lower case, each with its lines in the order they came. */
export type HeaderLines = ReadonlyMap<string, ReadonlyArray<string>>

export const fromPairs = (pairs: Iterable<readonly [name: string, value: string]>): HeaderLines => {
  const lines = new Map<string, Array<string>>()
  for (const [name, value] of pairs) {
    const key = name.toLowerCase()
    const known = lines.get(key)
    if (known === undefined) lines.set(key, [value])
    else known.push(value)
  }
  return lines
}

/** Requests that came over no socket have each header in one line. */
export const of = Function.memoize((request: HttpServerRequest.HttpServerRequest): HeaderLines => {
  const raw: ReadonlyArray<string> | undefined = NodeHttpServerRequest.toIncomingMessage(request).rawHeaders
  return fromPairs(raw === undefined ? Object.entries(request.headers) : inPairs(raw))
})

const inPairs = function*(raw: ReadonlyArray<string>): Generator<readonly [name: string, value: string]> {
  for (let i = 0; i < raw.length; i += 2) yield [raw[i] ?? "", raw[i + 1] ?? ""]
}

/** As Go's `Header.Get`: what the first line says; empty when there is none. */
export const first = (headers: HeaderLines, name: string) => headers.get(name.toLowerCase())?.[0] ?? ""

/** What stands behind a prefix of names, percent-decoded where it is encoded, with all its lines. */
export const behind = (headers: HeaderLines, prefixes: ReadonlyArray<string>) => {
  const pairs = prefixes.map((prefix) => prefix.toLowerCase()).flatMap((prefix) =>
    [...headers].filter(([name]) => name.startsWith(prefix)).map(([name, lines]) =>
      [decode(name.slice(prefix.length)), lines] as const
    )
  )
  const merged = Map.groupBy(pairs, ([key]) => key)
  return Object.fromEntries([...merged].map(([key, them]) => [key, them.flatMap(([, lines]) => lines)]))
}

/** What is badly encoded stands for itself, as in the kube-apiserver. */
const decode = (key: string) => Result.getOrElse(Result.try(() => decodeURIComponent(key)), () => key)
