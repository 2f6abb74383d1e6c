/** An object, or a list of objects, and what it is converted to for those who ask: a table, or its metadata alone. */
import { Array as Arr, Iterable, Result } from "effect"
import type { Usages } from "../Sample.ts"
import { type BadRequest, NotAcceptable } from "./ApiError.ts"
import * as Document from "./Document.ts"
import * as Json from "./lists/Json.ts"
import * as Listing from "./lists/Listing.ts"
import * as Protobuf from "./lists/Protobuf.ts"
import * as Negotiation from "./Negotiation.ts"
import * as Pace from "./Pace.ts"
import {
  writePartialObjectMetadata,
  writePartialObjectMetadataItems,
  writePartialObjectMetadataList
} from "./protobuf/Conversions.ts"
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

  const itemsOf = ({ now, slices }: Listing.Listing<Object>): Iterable<ReadonlyArray<Item>> =>
    Iterable.flatMap(slices, (slice) =>
      Iterable.map(
        Arr.chunksOf(Arr.range(0, slice.length - 1), atOnce),
        Arr.map((index) => options.item(slice.object(index), Listing.usagesOf(slice, index), now))
      ))

  const converter = (listing: Listing.Listing<Object>, isList: boolean): Forms["convert"] => (conversion, query) => {
    const items = itemsOf(listing)
    const apiVersion = apiVersionOf(conversion)
    if (apiVersion !== undefined && conversion.kind === "Table") {
      const include = query.get("includeObject") ?? ""
      return asTable({ apiVersion, items: Iterable.map(items, Arr.map(typed)), hasSwap: listing.hasSwap, include })
    }
    if (apiVersion !== undefined && isList && conversion.kind === "PartialObjectMetadataList") {
      return Result.succeed(metadataOfList(items, apiVersion))
    }
    const only = isList ? undefined : Array.from(items)[0]?.[0]
    if (apiVersion !== undefined && only !== undefined && conversion.kind === "PartialObjectMetadata") {
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
      const listing = Listing.make(now, [[it]], () => () => usages)
      const whole = () => asObject(typed(options.item(it, usages, now)))
      return {
        json: () => whole().json(),
        protobuf: () => whole().protobuf(),
        pieces: (form) => form === "json" || form === "protobuf" ? quickly(form, listing, shapeOfOne) : undefined,
        convert: converter(listing, false)
      }
    },
    many: (listing: Listing.Listing<Object>): Forms => {
      const of = (items: ReadonlyArray<Item>) => asList({ kind: `${kind}List`, apiVersion, metadata: {}, items })
      const document = () => Document.ofMany("items", of, itemsOf(listing))
      return {
        json: () => document().json(),
        protobuf: () => document().protobuf(),
        pieces: (form) =>
          form === "json" || form === "protobuf" ? quickly(form, listing, shapeOfMany) : document().pieces(form),
        convert: converter(listing, true)
      }
    }
  }
}

/** So many objects are made and written at once by their schemas, which takes a few milliseconds. */
const atOnce = 256

/** By the hand of those forms that most of what is sent has. */
const quickly = (form: "json" | "protobuf", listing: Listing.Listing, shape: Listing.Shape): Document.Pieces => {
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

const metadataOfList = (
  items: Iterable<ReadonlyArray<Table.Item>>,
  apiVersion: ApiVersion
): Document.Document => {
  const partials = Iterable.map(items, Arr.map((item) => partial(item, apiVersion)))
  const of = (items: ReadonlyArray<PartialObjectMetadata>) =>
    metadataListDocument({ kind: "PartialObjectMetadataList", apiVersion, metadata: {}, items })
  const document = Document.ofMany("items", of, partials)
  const shape: Listing.Shape = { kind: "PartialObjectMetadata", apiVersion, ofContainers: false, isList: true }
  return {
    ...document,
    pieces: (form) =>
      form !== "protobuf" ? document.pieces(form) : {
        pieces: Pace.joined(Iterable.map(partials, writePartialObjectMetadataItems)),
        around: (length) => Protobuf.around(shape, length),
        isCounted: true
      }
  }
}
