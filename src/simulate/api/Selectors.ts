/** Label and field selectors, as the query parameters of the Kubernetes API write them. */
import { Result } from "effect"
import type { Stored } from "../ObjectStore.ts"

export type Matches = (object: Stored) => boolean

/** Both selectors of a query together; a failure says what is wrong with them. */
export const parse = (query: URLSearchParams): Result.Result<Matches, string> =>
  Result.gen(function*() {
    const terms = [
      ...(yield* Result.all(split(query.get("labelSelector") ?? "").map(labelTerm))),
      ...(yield* Result.all(split(query.get("fieldSelector") ?? "").map(fieldTerm)))
    ]
    return (object: Stored) => terms.every((matches) => matches(object))
  })

/** At commas, but not at those between parentheses. */
const split = (selector: string) =>
  selector.split(/,(?![^(]*\))/).map((term) => term.trim()).filter((term) => term !== "")

const labelTerm = (term: string): Result.Result<Matches, string> => {
  const set = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(term)
  if (set !== null) {
    const [, key = "", operator, list = ""] = set
    const values = new Set(list.split(",").map((value) => value.trim()))
    return Result.succeed(({ labels }) => values.has(labels[key] ?? absent) === (operator === "in"))
  }
  const [, not, key = "", operator, value = ""] = /^(!?)\s*([-\w./]+)\s*(?:(==?|!=)\s*([-\w.]*))?$/.exec(term) ?? []
  if (not === undefined || (not === "!" && operator !== undefined)) {
    return Result.fail(`unable to parse requirement: ${term}`)
  }
  switch (operator) {
    case undefined:
      return Result.succeed(({ labels }) => (labels[key] !== undefined) === (not === ""))
    case "!=":
      return Result.succeed(({ labels }) => labels[key] !== value)
    default:
      return Result.succeed(({ labels }) => labels[key] === value)
  }
}

/** No label has this value. */
const absent = "\0"

const fieldTerm = (term: string): Result.Result<Matches, string> => {
  const [, key = "", operator, value = ""] = /^([\w.]+)(==?|!=)(.*)$/.exec(term) ?? []
  if (operator === undefined) return Result.fail(`invalid selector: '${term}'; can't understand '${term}'`)
  if (!fields.has(key)) return Result.fail(`field label not supported: ${key}`)
  return Result.succeed((object) => (fieldOf(object, key) === value) === (operator !== "!="))
}

const fields = new Set(["metadata.name", "metadata.namespace", "spec.nodeName", "status.phase"])

const fieldOf = (object: Stored, key: string) => {
  switch (key) {
    case "metadata.name":
      return object.name
    case "metadata.namespace":
      return object.namespace
    default:
      return object.fields?.[key] ?? ""
  }
}
