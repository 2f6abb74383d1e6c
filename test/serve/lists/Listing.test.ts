/** How a list is gathered. */
import { assert, describe, it } from "@effect/vitest"
import { intern } from "../../../src/discover/Labels.ts"
import * as Listing from "../../../src/serve/lists/Listing.ts"
import { nodeUsages, plainPod, podUsages } from "../../fixtures/PlainUsage.ts"

const labels = intern({})
const objects = Array.from({ length: 2500 }, (_, index) => ({ name: `node-${index}`, labels }))
const parts = [objects.slice(0, 700), objects.slice(700, 701), objects.slice(701)]
const usages = nodeUsages("node", { timestamp: 1, window: 1, usage: { cpuNanocores: 1, memoryBytes: 1 } })

describe("a list", () => {
  it("has all that have usages, in their order", () => {
    const { slices } = Listing.make(0, parts, () => ({ name }) => name.endsWith("0") ? undefined : usages)
    const names: Array<string> = []
    for (const slice of slices) {
      for (let index = 0; index < slice.length; index++) names.push(slice.object(index).name)
    }
    assert.deepStrictEqual(
      names,
      objects.map(({ name }) => name).filter((name) => !name.endsWith("0"))
    )
  })

  it("asks for the usages of each part by the places in it", () => {
    const asked: Array<string> = []
    const { slices } = Listing.make(0, parts, (part) => (object, index) => {
      assert.strictEqual(part[index], object)
      asked.push(object.name)
      return usages
    })
    for (const _ of slices) { /* each is asked for by the next step */ }
    assert.deepStrictEqual(asked, objects.map(({ name }) => name))
  })

  it("that is long is gathered bit by bit while it is written, so that nobody waits for all of it", () => {
    let gathered = 0
    const { slices } = Listing.make(0, parts, () => () => {
      gathered++
      return usages
    })
    const lengths: Array<readonly [objects: number, gathered: number]> = []
    for (const slice of slices) lengths.push([slice.length, gathered])
    assert.deepStrictEqual(lengths, [[700, 700], [1, 701], [1024, 1725], [775, 2500]])
  })

  it("has all containers of its pods, however many they are", () => {
    const containers = Array.from({ length: 700 }, (_, index) => ({
      name: `container-${index}`,
      usage: { cpuNanocores: index, memoryBytes: 2 * index, swapBytes: 3 * index }
    }))
    const pod = podUsages({ timestamp: 1, window: 2, node: "node", containers })
    let pods = 0
    for (const slice of Listing.make(0, [objects.slice(0, 5)], () => () => pod).slices) {
      for (let index = 0; index < slice.length; index++, pods++) {
        assert.deepStrictEqual(plainPod({ node: "node", ...Listing.usagesOf(slice, index) }), plainPod(pod))
      }
    }
    assert.strictEqual(pods, 5)
  })

  it("of nothing has no slice", () => {
    assert.deepStrictEqual([...Listing.make(0, parts, () => () => undefined).slices], [])
  })
})
