/** Reads label selectors such as `app=web,tier in (a,b),!canary,size>3`, by the grammar of k8s.io/apimachinery/pkg/labels. */
import { Result } from "effect"
import { type LabelSelector, parseInt64, type Requirement } from "./LabelSelector.ts"
import * as LabelSyntax from "./LabelSyntax.ts"

/** Fails with the kube-apiserver's words. */
export const parse = (text: string): Result.Result<LabelSelector, string> => {
  const tokens = tokenize(text)
  const requirements: Array<Requirement> = []
  while (!isNext(tokens, "end")) {
    if (!isNext(tokens, "word", "!")) {
      return Result.fail(found(tokens.peek, ", expected: !, identifier, or 'end of string'"))
    }
    const requirement = parseRequirement(tokens)
    if (Result.isFailure(requirement)) return Result.fail(`unable to parse requirement: ${requirement.failure}`)
    requirements.push(requirement.success)
    const separator = tokens.next()
    if (separator.kind === "end") break
    if (separator.kind !== ",") return Result.fail(found(separator, ", expected: ',' or 'end of string'"))
    if (!isNext(tokens, "word", "!")) return Result.fail(found(tokens.peek, ", expected: identifier after ','"))
  }
  return Result.succeed(requirements)
}

interface Token {
  /** The symbol itself for symbols; `in` and `notin` are words that mean something only after a key. */
  readonly kind: string
  readonly text: string
}

interface Tokens {
  readonly peek: Token
  next(): Token
}

/** Words and symbols; of `!=`, `==` and their beginnings the longer one counts. */
const tokenize = (text: string): Tokens => {
  const tokens = Array.from(
    text.matchAll(/[!=]=|[=!(),<>]|[^=!(),<> \t\r\n]+/g),
    ([text]): Token => ({ kind: /^[=!(),<>]/.test(text) ? text : "word", text })
  )
  const end: Token = { kind: "end", text: "" }
  let position = 0
  return {
    get peek() {
      return tokens[position] ?? end
    },
    next: () => tokens[position++] ?? end
  }
}

const isNext = (tokens: Tokens, ...kinds: ReadonlyArray<string>) => kinds.includes(tokens.peek.kind)

const found = (token: Token, then: string) => `found '${token.text}'${then}`

const parseRequirement = (tokens: Tokens): Result.Result<Requirement, string> => {
  const negated = isNext(tokens, "!")
  if (negated) tokens.next()
  const name = tokens.next()
  if (name.kind !== "word") return Result.fail(found(name, ", expected: identifier"))
  const key = name.text
  const problems = LabelSyntax.keyProblems(key)
  if (problems.length > 0) return Result.fail(invalid("<nil>", key, problems))
  if (negated) return Result.succeed({ operator: "DoesNotExist", key })
  if (isNext(tokens, ",", "end")) return Result.succeed({ operator: "Exists", key })
  return parseComparison(tokens, key)
}

const parseComparison = (tokens: Tokens, key: string): Result.Result<Requirement, string> => {
  const operator = tokens.next()
  switch (operator.text) {
    case "in":
    case "notin":
      return Result.flatMap(
        parseSet(tokens),
        (values) => membership(key, operator.text === "in" ? "In" : "NotIn", values)
      )
    case "=":
    case "==":
    case "!=":
      return Result.flatMap(
        parseValue(tokens),
        (value) => membership(key, operator.text === "!=" ? "NotIn" : "In", [value])
      )
    case "<":
    case ">":
      return Result.flatMap(parseValue(tokens), (value) => order(key, operator.text === "<" ? "Lt" : "Gt", value))
    default:
      return Result.fail(found(operator, ", expected: in, notin, =, ==, !=, gt, lt"))
  }
}

/** Nothing at all is the empty value. */
const parseValue = (tokens: Tokens): Result.Result<string, string> => {
  if (isNext(tokens, ",", "end")) return Result.succeed("")
  const value = tokens.next()
  return value.kind === "word" ? Result.succeed(value.text) : Result.fail(found(value, ", expected: identifier"))
}

/** `(a,b)`; a value left out before, between or after commas is the empty one. */
const parseSet = (tokens: Tokens): Result.Result<ReadonlyArray<string>, string> => {
  const open = tokens.next()
  if (open.kind !== "(") return Result.fail(found(open, " expected: '('"))
  if (!isNext(tokens, "word", ",", ")")) return Result.fail(found(tokens.peek, ", expected: ',', ')' or identifier"))
  const values = new Set<string>()
  if (isNext(tokens, ")")) values.add("")
  while (!isNext(tokens, ")")) {
    const token = tokens.next()
    if (token.kind === "word") {
      values.add(token.text)
      if (!isNext(tokens, ",", ")")) return Result.fail(found(tokens.peek, ", expected: ',' or ')'"))
    } else if (token.kind === ",") {
      if (values.size === 0 || isNext(tokens, ")")) values.add("")
      if (isNext(tokens, ",")) {
        values.add("")
        tokens.next()
        // The kube-apiserver's own oddity: two commas want a value after them.
        if (isNext(tokens, ")")) return Result.fail(found(tokens.peek, ", expected: ',', or identifier"))
      }
    } else {
      return Result.fail(found(token, ", expected: ',', or identifier"))
    }
  }
  tokens.next()
  return Result.succeed([...values].sort())
}

const membership = (
  key: string,
  operator: "In" | "NotIn",
  values: ReadonlyArray<string>
): Result.Result<Requirement, string> => {
  const problems = valueProblems(key, values)
  return problems.length > 0
    ? Result.fail(aggregate(problems))
    : Result.succeed({ operator, key, values: new Set(values) })
}

const order = (key: string, operator: "Gt" | "Lt", value: string): Result.Result<Requirement, string> => {
  const bound = parseInt64(value)
  const problems = [
    ...bound === undefined
      ? [invalid("values[0]", value, ["for 'Gt', 'Lt' operators, the value must be an integer"])]
      : [],
    ...valueProblems(key, [value])
  ]
  return bound === undefined || problems.length > 0
    ? Result.fail(aggregate(problems))
    : Result.succeed({ operator, key, bound })
}

const valueProblems = (key: string, values: ReadonlyArray<string>) =>
  values.flatMap((value, index) => {
    const problems = LabelSyntax.valueProblems(value)
    return problems.length > 0 ? [invalid(`values[${index}][${key}]`, value, problems)] : []
  })

const invalid = (field: string, value: string, problems: ReadonlyArray<string>) =>
  `${field}: Invalid value: ${JSON.stringify(value)}: ${problems.join("; ")}`

const aggregate = (problems: ReadonlyArray<string>) =>
  problems.length === 1 ? problems.join() : `[${problems.join(", ")}]`
