import { assert, it } from "@effect/vitest"
import { type AddressOptions, candidates } from "../../src/discover/Address.ts"

const node = {
  addresses: [
    { type: "InternalIP", address: "10.0.0.7" },
    { type: "InternalIP", address: "fd00::7" },
    { type: "Hostname", address: "worker-7" },
    { type: "InternalDNS", address: "worker-7" },
    { type: "ExternalIP", address: "" },
    { type: "ExternalDNS", address: "worker-7.example.org" }
  ],
  kubeletPort: 10_251
}

const options: AddressOptions = { preferredTypes: ["InternalIP"], port: 10_250, useNodeStatusPort: false }

const cases: ReadonlyArray<[string, Partial<AddressOptions>, ReadonlyArray<string>, number]> = [
  ["every address of the wanted type, IPv6 among them", {}, ["10.0.0.7", "fd00::7"], 10_250],
  [
    "the most wanted type first, not the node's first address",
    { preferredTypes: ["ExternalDNS", "InternalIP"] },
    ["worker-7.example.org", "10.0.0.7", "fd00::7"],
    10_250
  ],
  ["each address once", { preferredTypes: ["Hostname", "InternalDNS"] }, ["worker-7"], 10_250],
  ["no empty address", { preferredTypes: ["ExternalIP", "Hostname"] }, ["worker-7"], 10_250],
  ["nothing of other types", { preferredTypes: ["Pigeon"] }, [], 10_250],
  ["the port that is asked for", { port: 4194 }, ["10.0.0.7", "fd00::7"], 4194],
  ["the port of the node's status", { useNodeStatusPort: true }, ["10.0.0.7", "fd00::7"], 10_251]
]

it.each(cases)("dials %s", (_, change, addresses, port) => {
  assert.deepStrictEqual(candidates(node, { ...options, ...change }), addresses.map((address) => ({ address, port })))
})

it("falls back to the given port where the node's status has none", () => {
  const [first] = candidates({ ...node, kubeletPort: 0 }, { ...options, useNodeStatusPort: true })
  assert.deepStrictEqual(first, { address: "10.0.0.7", port: 10_250 })
})
