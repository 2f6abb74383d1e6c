/** Field selectors: `metadata.name=a,spec.nodeName!=b`, by the grammar of k8s.io/apimachinery/pkg/fields. */
import { Result } from "effect"

export interface Term {
  readonly field: string
  readonly negated: boolean
  readonly value: string
}

/** All of its terms must hold. */
export type FieldSelector = ReadonlyArray<Term>

/** Whether an object is selected whose fields are these; a field that it does not have is empty. */
export const matches = (selector: FieldSelector, fieldOf: (name: string) => string): boolean =>
  selector.every((term) => (fieldOf(term.field) === term.value) !== term.negated)

/** The value that the selector demands of a field; nothing when it leaves a choice. */
export const requiredValue = (selector: FieldSelector, field: string): string | undefined =>
  selector.find((term) => term.field === field && !term.negated)?.value

/** Reads a selector; fails with the kube-apiserver's words. */
export const parse = (text: string): Result.Result<FieldSelector, string> => {
  const terms: Array<Term> = []
  // In this order, because the first problem is the one that is told.
  for (const part of splitTerms(text).sort()) {
    if (part === "") continue
    const split = /^(.*?)(!=|==|=)(.*)$/s.exec(part)
    if (split === null) return Result.fail(`invalid selector: '${text}'; can't understand '${part}'`)
    const [, field = "", operator = "", escaped = ""] = split
    const value = unescape(escaped)
    if (Result.isFailure(value)) return Result.fail(value.failure)
    // "=" asks nothing of no field: the kube-apiserver takes it for everything.
    if (field === "" && value.success === "") continue
    terms.push({ field, negated: operator === "!=", value: value.success })
  }
  return Result.succeed(terms)
}

/** Refuses a selector with a field that objects of its kind are not selected by. */
export const restrict = (
  selector: FieldSelector,
  selectable: ReadonlyArray<string>
): Result.Result<void, string> => {
  const stranger = selector.find((term) => !selectable.includes(term.field))
  return stranger === undefined
    ? Result.void
    : Result.fail(
      `${JSON.stringify(stranger.field)} is not a known field selector: only "metadata.name", "metadata.namespace"`
    )
}

/** At commas, except those behind a backslash. */
const splitTerms = (text: string): Array<string> => text.match(/(?:\\.|[^,\\]|\\$)+/gs) ?? []

/** In a value a backslash stands before a comma, an equals sign or another backslash, and these never without one. */
const unescape = (text: string): Result.Result<string, string> => {
  let value = ""
  for (const [unit] of text.matchAll(/\\.?|[^\\]/gs)) {
    const escaped = unit.startsWith("\\")
    if (escaped && !/^\\[\\,=]$/.test(unit)) {
      return Result.fail(`invalid field selector: invalid escape sequence: ${unit}`)
    }
    if (unit === "," || unit === "=") {
      return Result.fail(`invalid field selector: unescaped character in value: ${unit.charCodeAt(0)}`)
    }
    value += escaped ? unit.slice(1) : unit
  }
  return Result.succeed(value)
}
