/** Wire types of metrics.k8s.io: one definition, served under the name of every version. */
import { Duration, Effect, Option, Schema, SchemaGetter, SchemaIssue } from "effect"
import { formatBytes, formatCpu, formatGoDuration, parseGoDuration, parseQuantity } from "../../Quantity.ts"
import { ListMeta, ObjectMeta, Time } from "./Meta.ts"

export const group = "metrics.k8s.io"

/** The versions of the group, the preferred one first; field for field the same. */
export const versions = ["v1", "v1beta1"] as const
export type Version = (typeof versions)[number]

export const groupVersion = (version: Version) => `${group}/${version}`

/** A number that is a text on the wire. */
const numeral = (options: {
  readonly expected: string
  parse(text: string): Option.Option<number>
  format(value: number): string
}) =>
  Schema.String.pipe(
    Schema.decodeTo(Schema.Finite, {
      decode: SchemaGetter.transformEffect((text: string) =>
        Effect.fromOption(options.parse(text)).pipe(
          Effect.mapError(() => new SchemaIssue.InvalidValue({ expected: options.expected }, text))
        )
      ),
      encode: SchemaGetter.transform(options.format)
    })
  )

/** Billionths of a core; on the wire a quantity such as 250m. */
export const Cpu = numeral({
  expected: "a quantity such as 250m",
  parse: (text) => Option.map(parseQuantity(text), Number),
  format: formatCpu
})

/** Bytes; on the wire a quantity such as 12Mi. */
export const Bytes = numeral({
  expected: "a quantity such as 12Mi",
  parse: (text) => Option.map(parseQuantity(text), (billionths) => Number(billionths / 1_000_000_000n)),
  format: formatBytes
})

/** Milliseconds; on the wire a Go duration such as 15.003s. */
export const Window = numeral({
  expected: "a Go duration such as 15.003s",
  parse: (text) => Option.map(parseGoDuration(text), Duration.toMillis),
  format: formatGoDuration
})

export const Usage = Schema.Struct({
  cpu: Cpu,
  memory: Bytes,
  swap: Schema.optionalKey(Bytes)
})
export type Usage = typeof Usage.Type

export const ContainerMetrics = Schema.Struct({ name: Schema.String, usage: Usage })
export type ContainerMetrics = typeof ContainerMetrics.Type

const node = { metadata: ObjectMeta, timestamp: Time, window: Window, usage: Usage }
const pod = { metadata: ObjectMeta, timestamp: Time, window: Window, containers: Schema.Array(ContainerMetrics) }

/** As elements of a list, which names their type for all of them. */
export const NodeItem = Schema.Struct(node)
export type NodeItem = typeof NodeItem.Type
export const PodItem = Schema.Struct(pod)
export type PodItem = typeof PodItem.Type

/** The types of one kind of objects in one version. */
export interface Types<Item, Kind extends string = string> {
  readonly kind: Kind
  readonly apiVersion: string
  readonly object: Schema.Codec<Item & { readonly kind: Kind; readonly apiVersion: string }, unknown>
  readonly list: Schema.Codec<{
    readonly kind: `${Kind}List`
    readonly apiVersion: string
    readonly metadata: typeof ListMeta.Type
    readonly items: ReadonlyArray<Item>
  }, unknown>
}

/** The types of one version. */
export const ofVersion = (version: Version) => {
  const typed = <const Kind extends string>(kind: Kind) => ({
    kind: Schema.Literal(kind),
    apiVersion: Schema.Literal<string>(groupVersion(version))
  })
  return {
    NodeMetrics: Schema.Struct({ ...typed("NodeMetrics"), ...node }),
    NodeMetricsList: Schema.Struct({ ...typed("NodeMetricsList"), metadata: ListMeta, items: Schema.Array(NodeItem) }),
    PodMetrics: Schema.Struct({ ...typed("PodMetrics"), ...pod }),
    PodMetricsList: Schema.Struct({ ...typed("PodMetricsList"), metadata: ListMeta, items: Schema.Array(PodItem) })
  }
}
