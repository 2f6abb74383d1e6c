/** An object, or a list of objects, and what it is converted to for those who ask: a table, or its metadata alone. */
import { Result } from "effect"
import type { Usages } from "../Sample.ts"
import { type BadRequest, NotAcceptable } from "./ApiError.ts"
import * as Document from "./Document.ts"
import * as Json from "./lists/Json.ts"
import * as Listing from "./lists/Listing.ts"
import * as Protobuf from "./lists/Protobuf.ts"
import * as Negotiation from "./Negotiation.ts"
import { writePartialObjectMetadata, writePartialObjectMetadataList } from "./protobuf/Conversions.ts"
import { writeList } from "./protobuf/Metrics.ts"
import type { Write } from "./protobuf/Wire.ts"
import { type ApiVersion, apiVersions, PartialObjectMetadata, PartialObjectMetadataList } from "./schema/Conversions.ts"
import type { Types } from "./schema/Metrics.ts"
import * as Table from "./Table.ts"

/** As it is, and as what else it can be had. */
export interface Forms extends Document.Document {
  /** Fails where a conversion makes no sense: metadata of one object for a list, and the other way round. */
  convert(
    conversion: Negotiation.Conversion,
    query: URLSearchParams
  ): Result.Result<Document.Document, NotAcceptable | BadRequest>
}

/** Tables have no protobuf form, as at the kube-apiserver. */
export const offers: Negotiation.Offers = (conversion, mediaType) =>
  apiVersionOf(conversion) !== undefined && (
    conversion.kind === "Table" && mediaType !== Negotiation.protobuf ||
    conversion.kind === "PartialObjectMetadata" || conversion.kind === "PartialObjectMetadataList"
  )

const apiVersionOf = ({ group, version }: Negotiation.Conversion) =>
  apiVersions.find((known) => known === `${group}/${version}`)

/** What is told of the usages of an object. */
export type Measured = Omit<Usages, "node">

/** Makes what the wire types have of an object. */
export type ToItem<Object, Item> = (object: Object, usages: Measured, now: number) => Item

/** Of one type of objects. */
export const make = <Object extends Listing.Listed, Item extends Table.Item, Kind extends string>(options: {
  readonly types: Types<Item, Kind>
  readonly item: ToItem<Object, Item>
  readonly write: Write<Item>
  readonly total: Table.Total<Item>
  /** A usage for each container; else the one of the object itself. */
  readonly ofContainers: boolean
}) => {
  const { apiVersion, kind, list, object } = options.types
  const asObject = Document.ofType(object, options.write)
  const asList = Document.ofType(list, writeList(options.write))
  const asTable = Table.make(object, options.total)
  const typed = (item: Item) => ({ kind, apiVersion, ...item })
  const shapeOfOne: Listing.Shape = { kind, apiVersion, ofContainers: options.ofContainers, isList: false }
  const shapeOfMany: Listing.Shape = { ...shapeOfOne, isList: true }

  const converter = (itemsOf: () => ReadonlyArray<Item>, isList: boolean): Forms["convert"] => (conversion, query) => {
    const items = itemsOf()
    const apiVersion = apiVersionOf(conversion)
    if (apiVersion !== undefined && conversion.kind === "Table") {
      return asTable({ apiVersion, items: items.map(typed), include: query.get("includeObject") ?? "" })
    }
    const [only] = items
    if (apiVersion !== undefined && isList && conversion.kind === "PartialObjectMetadataList") {
      return Result.succeed(metadataOfList(items, apiVersion))
    }
    if (apiVersion !== undefined && !isList && only !== undefined && conversion.kind === "PartialObjectMetadata") {
      return Result.succeed(metadataOf(only, apiVersion))
    }
    const found = isList ? `is a list (*metrics.${kind}List)` : `is not a list (*metrics.${kind})`
    return Result.fail(
      new NotAcceptable({
        problem: `you requested ${conversion.kind}, but the requested object ${found}`,
        byRoute: false
      })
    )
  }

  return {
    one: (it: Object, usages: Usages, now: number): Forms => {
      const item = () => options.item(it, usages, now)
      const whole = () => asObject(typed(item()))
      return {
        json: () => whole().json(),
        protobuf: () => whole().protobuf(),
        pieces: (form) => pieces(form, Listing.make(now, [[it]], () => () => usages), shapeOfOne),
        convert: converter(() => [item()], false)
      }
    },
    many: (listing: Listing.Listing<Object>): Forms => {
      const items = () => {
        const items: Array<Item> = []
        for (const slice of listing.slices) {
          for (let index = 0; index < slice.length; index++) {
            items.push(options.item(slice.object(index), Listing.usagesOf(slice, index), listing.now))
          }
        }
        return items
      }
      const whole = () => asList({ kind: `${kind}List`, apiVersion, metadata: {}, items: items() })
      return {
        json: () => whole().json(),
        protobuf: () => whole().protobuf(),
        pieces: (form) => pieces(form, listing, shapeOfMany),
        convert: converter(items, true)
      }
    }
  }
}

const pieces = (form: "json" | "protobuf", listing: Listing.Listing, shape: Listing.Shape): Document.Pieces => {
  const { around, objects } = form === "json" ? Json : Protobuf
  return {
    pieces: objects(listing, shape),
    around: (length) => around(shape, length),
    isCounted: form === "protobuf"
  }
}

const partial = ({ metadata }: Table.Item, apiVersion: ApiVersion): PartialObjectMetadata => ({
  kind: "PartialObjectMetadata",
  apiVersion,
  metadata
})

const metadataDocument = Document.ofType(PartialObjectMetadata, writePartialObjectMetadata)
const metadataListDocument = Document.ofType(PartialObjectMetadataList, writePartialObjectMetadataList)

const metadataOf = (item: Table.Item, apiVersion: ApiVersion) => metadataDocument(partial(item, apiVersion))

const metadataOfList = (items: ReadonlyArray<Table.Item>, apiVersion: ApiVersion) =>
  metadataListDocument({
    kind: "PartialObjectMetadataList",
    apiVersion,
    metadata: {},
    items: items.map((item) => partial(item, apiVersion))
  })
