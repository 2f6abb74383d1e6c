/** YAML that says what the JSON says, in the lines that a kube-apiserver would write. */
import { assert, describe, it } from "@effect/vitest"
import { loadYaml } from "@kubernetes/client-node"
import { Schema } from "effect"
import * as Yaml from "../../src/serve/Yaml.ts"

describe("YAML", () => {
  it("sorts keys, and does not indent sequences", () => {
    assert.strictEqual(
      Yaml.stringify({ b: [{ z: 1, x: ["p", ["q"]] }, [], null], a: { d: {}, c: true } }),
      "a:\n  c: true\n  d: {}\nb:\n- x:\n  - p\n  - - q\n  z: 1\n- []\n- null\n"
    )
  })

  it.each([
    ["968390u", "968390u"],
    ["a:b", "a:b"],
    ["-a", "-a"],
    ["node \"a\" not found", "node \"a\" not found"],
    ["", "\"\""],
    ["true", "\"true\""],
    ["No", "\"No\""],
    ["~", "\"~\""],
    ["12", "\"12\""],
    ["0x1f", "\"0x1f\""],
    ["7857e93", "\"7857e93\""],
    ["1.5", "\"1.5\""],
    ["10:30", "\"10:30\""],
    ["2026-11-23T06:32:35Z", "\"2026-11-23T06:32:35Z\""],
    ["2026-11-23", "\"2026-11-23\""],
    ["a: b", "'a: b'"],
    ["it's: so", "'it''s: so'"],
    ["a #b", "'a #b'"],
    ["'a'", "'''a'''"],
    ["*", "'*'"],
    [" a", "' a'"],
    ["a\nb", "\"a\\nb\""]
  ])("%j is written %s", (text, written) => {
    assert.strictEqual(Yaml.stringify(text), `${written}\n`)
  })

  it("folds a long text behind the line's width", () => {
    assert.strictEqual(
      Yaml.stringify({
        message: "nodes.metrics.k8s.io is forbidden: User \"system:anonymous\" cannot list resource " +
          "\"nodes\" in API group \"metrics.k8s.io\" at the cluster scope"
      }),
      "message: 'nodes.metrics.k8s.io is forbidden: User \"system:anonymous\" cannot list resource\n" +
        "  \"nodes\" in API group \"metrics.k8s.io\" at the cluster scope'\n"
    )
  })

  it.prop("is read back as what was written", [Schema.Json], ([value]) => {
    assert.deepStrictEqual(loadYaml(Yaml.stringify({ value })), JSON.parse(JSON.stringify({ value })))
  })

  it.prop("texts of all kinds are read back", [Schema.Record(Schema.String, Schema.String)], ([value]) => {
    assert.deepStrictEqual(loadYaml(Yaml.stringify({ value })), { value })
  })
})
