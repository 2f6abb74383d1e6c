import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import { NodePoints } from "../../src/store/NodePoints.ts"
import * as Block from "../../src/store/UsageBlock.ts"
import { UsageSlabs } from "../../src/store/UsageSlabs.ts"
import { type Reading, sample } from "../fixtures/Samples.ts"

const pointsOfNode = (publishSwap: Option.Option<boolean> = Option.none()) =>
  new NodePoints("a", { resolution: 15, retention: 60, publishSwap }, {
    nodes: new UsageSlabs(),
    containers: new UsageSlabs()
  })

/** Of a row of a block. */
const published = (
  { first, values }: Block.UsageBlock,
  row: number,
  field: (values: Float64Array, row: number) => number
) => field(values, first + row)

const names = (points: NodePoints) => points.containers.map(({ pod }) => pod)

const reading = (millis: number): Reading => ({ at: 1_795_000_000_000 + millis, cpu: BigInt(millis + 1), memory: 1 })

/** A page at this time with a pod for every name. */
const take = (points: NodePoints, millis: number, ...pods: ReadonlyArray<string>) =>
  points.take(
    sample("a", reading(millis), Object.fromEntries(pods.map((pod) => [`n/${pod}/c`, reading(millis)]))),
    millis
  )
    .map(({ pod }) => pod)

describe("NodePoints", () => {
  it("keeps the points of a container that is gone until the retention is over, then releases them", () => {
    const points = pointsOfNode()
    assert.deepStrictEqual(take(points, 0, "a", "b", "c"), [])
    assert.deepStrictEqual(take(points, 15, "c", "a"), [])
    assert.deepStrictEqual(names(points), ["c", "a", "b"])
    assert.deepStrictEqual(take(points, 60, "c", "a"), [])
    assert.deepStrictEqual(take(points, 61, "c", "a"), ["b"])
    assert.deepStrictEqual(names(points), ["c", "a"])
    assert.strictEqual(points.last.rows, 3)
  })

  it("releases what is gone when the retention is over, although the kubelet's clock is set meanwhile", () => {
    const points = pointsOfNode()
    const set = (millis: number, containers: Readonly<Record<string, Reading>>) =>
      points.take(sample("a", reading(1000 + millis), containers), millis).map(({ pod }) => pod)
    take(points, 0, "a", "b", "c")
    take(points, 15, "a", "c")
    assert.deepStrictEqual(set(30, { "n/a/c": reading(1030), "n/c/c": { memory: 1 } }), [])
    assert.deepStrictEqual(set(45, { "n/a/c": reading(1045) }), [])
    assert.deepStrictEqual(set(61, { "n/a/c": reading(1061) }), ["b"])
    assert.deepStrictEqual(set(76, { "n/a/c": reading(1076) }), ["c"])
  })

  it("keeps every container's own points when the page is laid out anew", () => {
    const points = pointsOfNode()
    take(points, 0, "a", "b", "c")
    take(points, 10, "b")
    take(points, 20, "d", "c", "a")
    for (const pod of points.pods) points.publishPod(pod, 20)
    const windows = points.pods.map(({ name, rows: [row = 0] }) => [name, published(points.usages, row, Block.window)])
    assert.deepStrictEqual(windows, [["d", Number.NaN], ["c", 20], ["a", 20]])
  })

  it("publishes all containers of a pod or none: what is published of it stays of one moment", () => {
    const points = pointsOfNode()
    const page = (millis: number, second: Reading) =>
      points.take(sample("a", {}, { "n/p/a": reading(millis), "n/p/b": second }), millis)
    page(0, reading(0))
    page(15, reading(15))
    const [pod] = points.pods
    assert.isDefined(pod)
    assert.isTrue(points.publishPod(pod, 15))
    page(30, { ...reading(30), memory: 0 })
    assert.isFalse(points.publishPod(pod, 30))
    for (const row of pod.rows) {
      assert.strictEqual(published(points.usages, row, Block.timestamp), reading(15).at)
      assert.strictEqual(published(points.usages, row, Block.publishedAt), 15)
    }
  })

  it("is not confused by names with separators in them", () => {
    const points = pointsOfNode()
    const containers = [["a", "b/c"], ["a/b", "c"], [`a","b`, "c"]].map(([namespace = "", pod = ""]) => ({
      namespace,
      pod,
      container: "m"
    }))
    const three = sample("a", {}, { "/1/": reading(1), "/2/": reading(1), "/3/": reading(1) })
    points.take({ ...three, containers }, 0)
    assert.strictEqual(points.pods.length, 3)
    assert.deepStrictEqual(points.containers, containers)
  })

  it("keeps the names it knows, so that those of a new page can be released", () => {
    const points = pointsOfNode()
    take(points, 0, "a", "b")
    const [a] = points.containers
    take(points, 15, "b", "a")
    assert.strictEqual(points.containers[1], a)
  })

  describe("publishes swap", () => {
    /** What is served of the node's swap and of its pod's after each of these readings of them, one apart. */
    const served = (
      publishSwap: Option.Option<boolean>,
      ...swaps: ReadonlyArray<readonly [node: number, pod: number]>
    ) => {
      const points = pointsOfNode(publishSwap)
      return swaps.map(([node, pod], i) => {
        const millis = 15 * i
        points.take(
          sample("a", { ...reading(millis), swap: node }, { "n/p/c": { ...reading(millis), swap: pod } }),
          millis
        )
        points.publishNode(millis)
        for (const pod of points.pods) points.publishPod(pod, millis)
        return [published(points.own, 0, Block.swapBytes), published(points.usages, 1, Block.swapBytes)]
      })
    }

    const nothing = [Number.NaN, Number.NaN]

    it("from when the node has swapped, and then zeros too", () => {
      assert.deepStrictEqual(served(Option.none(), [0, 0], [0, 0], [7, 0], [0, 0]), [nothing, nothing, [7, 0], [0, 0]])
    })

    it("wherever it is reported, when told to", () => {
      assert.deepStrictEqual(served(Option.some(true), [0, 0], [0, 3]), [nothing, [0, 3]])
      assert.deepStrictEqual(served(Option.some(true), [Number.NaN, 0], [Number.NaN, 3]), [nothing, [Number.NaN, 3]])
    })

    it("never, when told not to", () => {
      assert.deepStrictEqual(served(Option.some(false), [7, 0], [7, 3]), [nothing, nothing])
    })
  })
})
