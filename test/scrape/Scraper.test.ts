/** When a node's next turn comes. */
import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import type { Node } from "../../src/discover/Nodes.ts"
import { mayCure, pause } from "../../src/scrape/Scraper.ts"

const resolution = Duration.seconds(15)
const after = (node: Parameters<typeof pause>[1]) => Duration.toSeconds(pause(resolution, node))

describe("the pause after a turn", () => {
  it("is the resolution", () => {
    assert.strictEqual(after({ depth: 2, ready: true, failures: 0 }), 15)
  })

  it("is shorter while a second reading is missing, so that first metrics come sooner", () => {
    assert.strictEqual(after({ depth: 1, ready: true, failures: 0 }), 5)
    assert.strictEqual(after({ depth: 0, ready: false, failures: 0 }), 5)
  })

  it("is the resolution for a node that is ready and fails, so that it recovers soon", () => {
    assert.strictEqual(after({ depth: 0, ready: true, failures: 10 }), 15)
    assert.strictEqual(after({ depth: 2, ready: true, failures: 1 }), 15)
  })

  it("grows to eight resolutions for a node that is not ready and fails", () => {
    assert.deepStrictEqual(
      [1, 2, 3, 4, 5, 100].map((failures) => after({ depth: 2, ready: false, failures })),
      [15, 30, 60, 120, 120, 120]
    )
  })
})

describe("a change of a node", () => {
  const node: Node = {
    name: "node",
    labels: {},
    addresses: [{ type: "InternalIP", address: "10.0.0.1" }],
    kubeletPort: 10250,
    ready: true,
    metricsPath: "/metrics/resource"
  }

  it.each<[string, Partial<Node>]>([
    ["its readiness", { ready: false }],
    ["its port", { kubeletPort: 10350 }],
    ["its path", { metricsPath: "/other" }],
    ["its address", { addresses: [{ type: "InternalIP", address: "10.0.0.2" }] }],
    ["a further address", { addresses: [...node.addresses, { type: "Hostname", address: "node" }] }]
  ])("is worth a scrape at once when it is %s", (_, change) => {
    assert.isTrue(mayCure(node, { ...node, ...change }))
  })

  it("is not when only its labels differ", () => {
    assert.isFalse(mayCure(node, { ...node, labels: { zone: "b" } }))
  })
})
