/** The quick writers of objects and lists say what the schemas and the protobuf writers say. */
import { assert, describe, it } from "@effect/vitest"
import * as Document from "../../../src/serve/Document.ts"
import * as Json from "../../../src/serve/lists/Json.ts"
import type { Listing, Shape } from "../../../src/serve/lists/Listing.ts"
import * as PieceBuffers from "../../../src/serve/lists/PieceBuffers.ts"
import * as Protobuf from "../../../src/serve/lists/Protobuf.ts"
import { writeList, writeNode, writePod } from "../../../src/serve/protobuf/Metrics.ts"
import { type NodeItem, ofVersion, type PodItem } from "../../../src/serve/schema/Metrics.ts"
import * as AnyListing from "../../fixtures/AnyListing.ts"
import { listed, now } from "../../fixtures/AnyListing.ts"
import { Nodes, Pods, withLabels } from "../../fixtures/AnyMetrics.ts"

const { NodeMetrics, NodeMetricsList, PodMetrics, PodMetricsList } = ofVersion("v1")
const apiVersion = "metrics.k8s.io/v1"

const nodeDocument = Document.ofType(NodeMetricsList, writeList(writeNode))
const podDocument = Document.ofType(PodMetricsList, writeList(writePod))
const oneNodeDocument = Document.ofType(NodeMetrics, writeNode)
const onePodDocument = Document.ofType(PodMetrics, writePod)

const pieces = ({ objects }: typeof Json | typeof Protobuf, listing: Listing, shape: Shape) => [
  ...objects(listing, shape)
]

const whole = (form: typeof Json | typeof Protobuf, listing: Listing, shape: Shape) => {
  const written = Buffer.concat(pieces(form, listing, shape))
  const [before, after] = form.around(shape, written.length)
  return Buffer.concat([before, written, after])
}

const quick = (listing: Listing, shape: Shape) => ({
  json: whole(Json, listing, shape).toString(),
  protobuf: whole(Protobuf, listing, shape).toString("hex")
})

const slow = (document: Document.Document) => ({
  json: `${JSON.stringify(document.json())}\n`,
  protobuf: Buffer.from(document.protobuf()).toString("hex")
})

const ofPods: Shape = { kind: "PodMetrics", apiVersion, ofContainers: true, isList: true }
const ofNodes: Shape = { kind: "NodeMetrics", apiVersion, ofContainers: false, isList: true }

interface Ways<Item> {
  readonly shape: Shape
  readonly listing: (items: ReadonlyArray<Item>) => Listing
  readonly list: (items: ReadonlyArray<Item>) => Document.Document
  readonly one: (item: Item) => Document.Document
}

/** Both ways, all of them in one list, and then each by itself. */
const bothWays =
  <Item extends NodeItem | PodItem>({ list, listing, one, shape }: Ways<Item>) => (items: ReadonlyArray<Item>) => ({
    quick: [quick(listing(items), shape), ...items.map((item) => quick(listing([item]), { ...shape, isList: false }))],
    slow: [slow(list(items.map(listed))), ...items.map((item) => slow(one(listed(item))))]
  })

const nodes = bothWays<NodeItem>({
  shape: ofNodes,
  listing: AnyListing.ofNodes,
  list: (items) => nodeDocument({ kind: "NodeMetricsList", apiVersion, metadata: {}, items }),
  one: (item) => oneNodeDocument({ kind: "NodeMetrics", apiVersion, ...item })
})

const pods = bothWays<PodItem>({
  shape: ofPods,
  listing: AnyListing.ofPods,
  list: (items) => podDocument({ kind: "PodMetricsList", apiVersion, metadata: {}, items }),
  one: (item) => onePodDocument({ kind: "PodMetrics", apiVersion, ...item })
})

const pod = (name: string, more: Partial<PodItem> = {}): PodItem => ({
  metadata: { name, namespace: "shop", creationTimestamp: now, labels: { app: "shop" } },
  timestamp: now - 5000,
  window: 15_000,
  containers: [{ name: "main", usage: { cpu: 250_000_000, memory: 4096 } }],
  ...more
})

describe("a list, and an object by itself, is written quickly as it is slowly", () => {
  it.prop("of any nodes", { items: Nodes }, ({ items }) => {
    const { quick, slow } = nodes(
      items.map(withLabels).map(({ metadata: { labels, name }, ...node }) => ({
        ...node,
        metadata: { name, creationTimestamp: now, labels }
      }))
    )
    assert.deepStrictEqual(quick, slow)
  }, { arbitrary: { runs: 500 } })

  it.prop("of any pods", { items: Pods }, ({ items }) => {
    const { quick, slow } = pods(items.map(withLabels))
    assert.deepStrictEqual(quick, slow)
  }, { arbitrary: { runs: 500 } })

  it.each([0, 1, 999, 1000, 1023, 1024, 1025, 999_999_999, 1e9, 1e9 + 1, 2 ** 31, 2 ** 40, 2 ** 53 - 1])(
    "with amounts of %d",
    (amount) => {
      const { quick, slow } = pods([pod("cart", {
        containers: [{ name: "main", usage: { cpu: amount, memory: amount, swap: amount } }]
      })])
      assert.deepStrictEqual(quick, slow)
    }
  )

  const day = 86_400_000

  it.each([0, 1, 999, 1000, 1010, 1001, 12_345.5, 15_003, 59_999, 60_000, 61_500, 3_600_000, day - 1, day, 10 * day])(
    "with a window of %d ms",
    (window) => {
      const { quick, slow } = pods([pod("cart", { window })])
      assert.deepStrictEqual(quick, slow)
    }
  )

  const names = ["", "a\"b\\c", "tab\tand\nline", "\u0000", "größe", "☃", "x".repeat(127), "x".repeat(128)]

  it.each([...names, "ß".repeat(20_000)])("with pods and containers named %j", (name) => {
    const { quick, slow } = pods([pod(name, { containers: [{ name, usage: { cpu: 1, memory: 1 } }] })])
    assert.deepStrictEqual(quick, slow)
  })

  it("with labels and without", () => {
    const { quick, slow } = pods([
      pod("a"),
      pod("b", { metadata: { name: "b", namespace: "shop", creationTimestamp: now } }),
      pod("c", { metadata: { name: "c", namespace: "till", creationTimestamp: now, labels: { "a/b": "\"" } } })
    ])
    assert.deepStrictEqual(quick, slow)
  })

  it.each([[50, "one piece"], [1000, "one piece, after it has grown"], [5000, "several pieces"]])(
    "of %d pods, in %s",
    (count, form) => {
      const items = Array.from({ length: count }, (_, i) => pod(`pod-${i}`, { timestamp: now - 7 * i }))
      const { quick, slow } = pods(items)
      assert.deepStrictEqual(quick, slow)
      for (const writer of [Json, Protobuf]) {
        const made = pieces(writer, AnyListing.ofPods(items), ofPods)
        assert.strictEqual(made.length > 1, form === "several pieces")
        assert.strictEqual(made[0]!.buffer.byteLength > PieceBuffers.short, count > 50)
      }
    }
  )
})
