/** Which form an answer takes: the Accept header, `pretty`, and the refusals, as the kube-apiserver has them. */
import { Function, Option, Result } from "effect"
import * as Recent from "../Recent.ts"
import { NotAcceptable } from "./ApiError.ts"

/** A form that answers can be written in. */
export interface MediaType {
  readonly name: "application/json" | "application/yaml" | "application/vnd.kubernetes.protobuf"
  /** Also written as a stream of events, to those who watch. */
  readonly streams: boolean
}

export const json: MediaType = { name: "application/json", streams: true }
export const yaml: MediaType = { name: "application/yaml", streams: false }
export const protobuf: MediaType = { name: "application/vnd.kubernetes.protobuf", streams: true }

/** The first is for clients that do not care. */
const mediaTypes = [json, yaml, protobuf] as const

/** As what else than itself an object is asked for: `as=Table;g=meta.k8s.io;v=v1`. What is not said is empty. */
export interface Conversion {
  readonly kind: string
  readonly group: string
  readonly version: string
}

/** What an endpoint can convert its objects to. */
export type Offers = (conversion: Conversion, mediaType: MediaType) => boolean

const nothing: Offers = () => false

export interface Negotiated {
  readonly mediaType: MediaType
  /** Absent for the object as it is. */
  readonly conversion?: Conversion
  readonly pretty: boolean
}

/** What of a request decides the form of its answer. */
export interface Preferences {
  readonly accept: string
  readonly acceptEncoding: string
  readonly userAgent: string
  readonly query: URLSearchParams
}

export const negotiate = (
  preferences: Preferences,
  offers: Offers = nothing
): Result.Result<Negotiated, NotAcceptable> => {
  const chosen = preferences.accept === "" ? byDefault : read(preferences.accept).choose(offers)
  if (Option.isSome(chosen)) {
    return Result.succeed(isPretty(preferences) ? { ...chosen.value, pretty: true } : chosen.value)
  }
  return Result.fail(
    new NotAcceptable({
      problem: `only the following media types are accepted: ${names.join(", ")}`,
      byRoute: false
    })
  )
}

const byDefault = Option.some<Negotiated>({ mediaType: json, pretty: false })

const choose = (clauses: ReadonlyArray<Clause>, offers: Offers): Option.Option<Negotiated> => {
  for (const clause of clauses) {
    const conversion = conversionOf(clause)
    const mediaType = mediaTypes.find((it) =>
      covers(clause, it) && agrees(clause, it) && (conversion === undefined || offers(conversion, it))
    )
    if (mediaType !== undefined) {
      const pretty = clause.parameters.get("pretty") === "1"
      return Option.some({ mediaType, ...conversion !== undefined && { conversion }, pretty })
    }
  }
  return Option.none()
}

const names = mediaTypes.map((it) => it.name)

/**
 * A route's own look at the Accept header, which comes first and is coarser: type and subtype must be there in full, or
 * the wildcard for both. (The kube-apiserver's router does this before its handlers negotiate.)
 */
export const admit = (accept: string, route: { readonly watchable: boolean }): Result.Result<void, NotAcceptable> => {
  if (accept === "" || read(accept).isAdmitted) return Result.void
  const streams = mediaTypes.filter((it) => it.streams && route.watchable).map((it) => `${it.name};stream=watch`)
  return Result.fail(
    new NotAcceptable({
      problem: `406: Not Acceptable\n\nAvailable representations: ${[...names, ...streams].join(", ")}`,
      byRoute: true
    })
  )
}

export interface Clause {
  readonly type: string
  readonly subtype: string
  readonly quality: number
  readonly parameters: ReadonlyMap<string, string>
}

const covers = (clause: Clause, mediaType: MediaType) => {
  const [type, subtype] = mediaType.name.split("/")
  return clause.type === type && (clause.subtype === subtype || clause.subtype === "*")
    || clause.type === "*" && clause.subtype === "*"
}

/** Parameters that nobody can meet; unknown ones do not matter. */
const agrees = ({ parameters }: Clause, mediaType: MediaType) => {
  const stream = parameters.get("stream") ?? ""
  return (stream === "" || stream === "watch" && mediaType.streams)
    && (parameters.get("sv") ?? "") === ""
}

const conversionOf = ({ parameters }: Clause): Conversion | undefined =>
  ["as", "g", "v"].some((name) => parameters.has(name))
    ? { kind: parameters.get("as") ?? "", group: parameters.get("g") ?? "", version: parameters.get("v") ?? "" }
    : undefined

/** More ranges than anybody means. To put them in order costs the square of their number. */
const mostRanges = 256

/** The ranges of an Accept header, the preferred one first; what is none is passed over. */
export const parseAccept = (header: string): ReadonlyArray<Clause> => {
  const clauses: Array<Clause> = []
  for (const part of header.split(",", mostRanges)) {
    const [range = "", ...rest] = part.split(";")
    const [type = "", subtype = type === "*" ? "*" : undefined, ...more] = range.split("/").map((it) => it.trim())
    if (subtype === undefined || more.length > 0) continue
    const parameters = new Map<string, string>()
    for (const parameter of rest) {
      const [name = "", value] = splitOnce(parameter, "=")
      if (value !== undefined) parameters.set(name.trim(), value.trim())
    }
    const quality = Number.parseFloat(parameters.get("q") ?? "1")
    insert(clauses, { type, subtype, quality: Number.isNaN(quality) ? 0 : quality, parameters })
  }
  return clauses
}

const isAdmitted = (accept: string) =>
  accept.split(",").map((it) => it.split(";", 1).join().trim())
    .some((range) => range === "*/*" || mediaTypes.some((it) => it.name === range))

/** Clients have few such headers, and there are few kinds of endpoints. */
const read = Recent.of((accept: string) => {
  const clauses = parseAccept(accept)
  return {
    isAdmitted: isAdmitted(accept),
    choose: Function.memoize((offers: Offers) => choose(clauses, offers))
  }
})

/** Moves a clause forward while it goes before its neighbour; not a true order, but the one that clients know. */
const insert = (clauses: Array<Clause>, clause: Clause) => {
  let index = clauses.length
  while (index > 0 && goesBefore(clause, clauses[index - 1])) index--
  clauses.splice(index, 0, clause)
}

const goesBefore = (a: Clause, b: Clause | undefined) =>
  b !== undefined
  && (a.quality > b.quality || a.type !== "*" && b.type === "*" || a.subtype !== "*" && b.subtype === "*")

/** `?pretty` with a value decides; else programs that people look over the shoulder of get indented JSON. */
const isPretty = ({ query, userAgent }: Preferences) => {
  const pretty = query.get("pretty") ?? ""
  return pretty === ""
    ? ["curl", "Wget", "Mozilla/5.0"].some((it) => userAgent.startsWith(it))
    : ["1", "t", "T", "true", "TRUE", "True"].includes(pretty)
}

const splitOnce = (text: string, separator: string): readonly [string, string | undefined] => {
  const index = text.indexOf(separator)
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)]
}
