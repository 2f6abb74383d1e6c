/** The selectors of a query to the Kubernetes API, as one question to ask of an object. */
import { Result } from "effect"
import * as FieldSelector from "../../selector/FieldSelector.ts"
import * as LabelSelector from "../../selector/LabelSelector.ts"
import * as LabelSelectorParser from "../../selector/LabelSelectorParser.ts"
import type { Stored } from "../ObjectStore.ts"

export type Matches = (object: Stored) => boolean

/** Both selectors of a query together; a failure says what is wrong with them. */
export const parse = (query: URLSearchParams): Result.Result<Matches, string> =>
  Result.gen(function*() {
    const labels = LabelSelector.matcher(yield* LabelSelectorParser.parse(query.get("labelSelector") ?? ""))
    const fields = yield* FieldSelector.parse(query.get("fieldSelector") ?? "")
    const unknown = fields.find(({ field }) => !selectable.has(field))
    if (unknown !== undefined) return yield* Result.fail(`field label not supported: ${unknown.field}`)
    return (object: Stored) => labels(object.labels) && FieldSelector.matches(fields, (name) => fieldOf(object, name))
  })

const selectable = new Set(["metadata.name", "metadata.namespace", "spec.nodeName", "status.phase"])

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
