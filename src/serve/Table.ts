/** Objects as a table for people: what `kubectl get nodemetrics` and `kubectl get podmetrics` print. */
import { Result, type Schema } from "effect"
import { formatBytes, formatCpu, formatGoDuration } from "../Quantity.ts"
import { BadRequest } from "./ApiError.ts"
import * as Document from "./Document.ts"
import { type ApiVersion, type TableColumn, tableOf } from "./schema/Conversions.ts"
import type { ObjectMeta } from "./schema/Meta.ts"
import type { Usage } from "./schema/Metrics.ts"

export interface Item {
  readonly metadata: ObjectMeta
  readonly window: number
}

/** What an object uses in all: of a pod its containers together. */
export type Total<A> = (item: A) => Usage

interface Request<A> {
  readonly apiVersion: ApiVersion
  /** Some at a time. */
  readonly items: Iterable<ReadonlyArray<A>>
  /** Whether any of them says swap. */
  hasSwap(): boolean
  /** What comes with each row: the object's metadata where nothing is said. */
  readonly include: string
}

/** Of objects of one type. */
export const make = <A extends Item>(object: Schema.Codec<A, unknown>, total: Total<A>) => {
  const schema = tableOf(object)
  const document = Document.withoutProtobuf(schema)

  return ({ apiVersion, hasSwap, include, items }: Request<A>): Result.Result<Document.Document, BadRequest> => {
    const embedded = (item: A) =>
      include === "None"
        ? null
        : include === "Object"
        ? item
        : { kind: "PartialObjectMetadata" as const, apiVersion, metadata: item.metadata }
    if (!["", "None", "Metadata", "Object"].includes(include)) {
      return Result.fail(
        new BadRequest({
          problem:
            `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(include)}: ` +
            "must be 'Metadata', 'Object', 'None', or empty"
        })
      )
    }
    const resources: ReadonlyArray<keyof Usage> = ["cpu", "memory", ...hasSwap() ? ["swap" as const] : []]
    const row = (item: A) => {
      const usage = total(item)
      // What an object does not report counts as nothing, as in the original.
      const amounts = resources.map((resource) => formats[resource](usage[resource] ?? 0))
      return { cells: [item.metadata.name, ...amounts, formatGoDuration(item.window)], object: embedded(item) }
    }
    const of = (items: ReadonlyArray<A>) => {
      // Of nothing there are no columns either, as in the original.
      const isEmpty = items.length === 0
      return document({
        kind: "Table",
        apiVersion,
        metadata: {},
        columnDefinitions: isEmpty ? null : columns(resources),
        rows: isEmpty ? null : items.map(row)
      })
    }
    return Result.succeed(Document.ofMany("rows", of, items))
  }
}

const formats = { cpu: formatCpu, memory: formatBytes, swap: formatBytes } satisfies Record<
  keyof Usage,
  (value: number) => string
>

const columns = (resources: ReadonlyArray<keyof Usage>): ReadonlyArray<TableColumn> => [
  column("Name", "name", "Name of the resource"),
  ...resources.map((resource) => column(resource, "quantity")),
  column("Window", "duration")
]

const column = (name: string, format: TableColumn["format"], description = ""): TableColumn => ({
  name,
  type: "string",
  format,
  description,
  priority: 0
})
