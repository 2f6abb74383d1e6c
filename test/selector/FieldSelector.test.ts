import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as FieldSelector from "../../src/selector/FieldSelector.ts"

const read = (text: string) => Result.getOrThrow(FieldSelector.parse(text))

const pod: Record<string, string> = { "metadata.name": "web", "metadata.namespace": "prod", "odd": "a,b=c\\" }

describe("field selectors", () => {
  it.each([
    ["", true],
    ["metadata.name=web", true],
    ["metadata.name==web", true],
    ["metadata.name!=web", false],
    ["metadata.name=db", false],
    ["metadata.name=web,metadata.namespace=prod", true],
    ["metadata.name=web,metadata.namespace!=prod", false],
    ["metadata.name=web,", true],
    ["missing=", true],
    ["missing!=x", true],
    ["==", true],
    ["odd=a\\,b\\=c\\\\", true]
  ])("%s selects the pod: %s", (text, expected) => {
    assert.strictEqual(FieldSelector.matches(read(text), (name) => pod[name] ?? ""), expected)
  })

  it.each([
    ["metadata.name", "invalid selector: 'metadata.name'; can't understand 'metadata.name'"],
    ["b=1,a", "invalid selector: 'b=1,a'; can't understand 'a'"],
    ["a=b=c", "invalid field selector: unescaped character in value: 61"],
    ["a=\\b", "invalid field selector: invalid escape sequence: \\b"],
    ["a=b\\", "invalid field selector: invalid escape sequence: \\"]
  ])("%s is refused in the kube-apiserver's words", (text, expected) => {
    assert.deepStrictEqual(FieldSelector.parse(text), Result.fail(expected))
  })

  it("a field that objects are not selected by is refused", () => {
    assert.deepStrictEqual(
      FieldSelector.restrict(read("metadata.name=a,status.phase=Running"), ["metadata.name", "metadata.namespace"]),
      Result.fail("\"status.phase\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")
    )
  })
})
