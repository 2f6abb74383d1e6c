/** The query of a list: what is selected, and the parameters that are refused although we have no use for them. */
import { Result } from "effect"
import * as FieldSelector from "../selector/FieldSelector.ts"
import { type LabelSelector, parseInt64 } from "../selector/LabelSelector.ts"
import * as LabelSelectorParser from "../selector/LabelSelectorParser.ts"
import { BadRequest, InvalidOptions } from "./ApiError.ts"
import { isTrue } from "./RequestInfo.ts"

export interface ListOptions {
  readonly labels: LabelSelector
  readonly fields: FieldSelector.FieldSelector
  readonly watch: boolean
}

/**
 * Of a parameter given twice the first counts. limit and continue are read and ignored: a list is always whole, because
 * its snapshot is gone before a second page could be asked for.
 */
export const parse = (
  query: URLSearchParams,
  selectableFields: ReadonlyArray<string>
): Result.Result<ListOptions, BadRequest | InvalidOptions> => {
  const watch = isTrue(query.get("watch"))
  return Result.gen(function*() {
    yield* Result.mapError(checkIntegers(query), badRequest)
    const labels = yield* Result.mapError(LabelSelectorParser.parse(query.get("labelSelector") ?? ""), badRequest)
    const fields = yield* Result.mapError(FieldSelector.parse(query.get("fieldSelector") ?? ""), badRequest)
    if (!watch) yield* checkResourceVersionMatch(query)
    yield* Result.mapError(FieldSelector.restrict(fields, selectableFields), badRequest)
    return { labels, fields, watch }
  })
}

const badRequest = (problem: string) => new BadRequest({ problem })

const checkIntegers = (query: URLSearchParams): Result.Result<void, string> => {
  const malformed = ["timeoutSeconds", "limit"].map((name) => query.get(name)).find((text) =>
    text !== null && parseInt64(text) === undefined
  )
  return malformed === undefined || malformed === null
    ? Result.void
    : Result.fail(`strconv.ParseInt: parsing ${JSON.stringify(malformed)}: invalid syntax`)
}

/** k8s.io/apimachinery/pkg/apis/meta/internalversion/validation. */
const checkResourceVersionMatch = (query: URLSearchParams): Result.Result<void, InvalidOptions> => {
  const match = query.get("resourceVersionMatch") ?? ""
  const version = query.get("resourceVersion") ?? ""
  const field = "resourceVersionMatch"
  const problems = [
    ...match !== "" && version === ""
      ? [forbidden(field, "resourceVersionMatch is forbidden unless resourceVersion is provided")]
      : [],
    ...match !== "" && (query.get("continue") ?? "") !== ""
      ? [forbidden(field, "resourceVersionMatch is forbidden when continue is provided")]
      : [],
    ...!["", "Exact", "NotOlderThan"].includes(match)
      ? [notSupported(field, match, ["Exact", "NotOlderThan", ""])]
      : [],
    ...match === "Exact" && version === "0"
      ? [forbidden(field, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"")]
      : [],
    ...query.has("sendInitialEvents")
      ? [forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list")]
      : []
  ]
  return problems.length === 0 ? Result.void : Result.fail(new InvalidOptions({ problems }))
}

const forbidden = (field: string, why: string) => ({
  field,
  reason: "FieldValueForbidden" as const,
  message: `Forbidden: ${why}`
})

const notSupported = (field: string, value: string, supported: ReadonlyArray<string>) => ({
  field,
  reason: "FieldValueNotSupported" as const,
  message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${
    supported.map((it) => JSON.stringify(it)).join(", ")
  }`
})
