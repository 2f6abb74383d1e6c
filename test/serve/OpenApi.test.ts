import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { byDocument } from "../../src/serve/OpenApiOperations.ts"
import * as V2 from "../../src/serve/OpenApiV2.ts"
import * as V3 from "../../src/serve/OpenApiV3.ts"
import type { Version } from "../../src/serve/schema/Metrics.ts"

/** The original's, without its descriptions; of version 3 the document for each name. */
const recorded: { readonly v2: unknown; readonly v3: Readonly<Record<string, unknown>> } = JSON.parse(
  readFileSync(new URL("../fixtures/recorded-openapi.json", import.meta.url), "utf8")
)

/** As the original said of itself. */
const info = { title: "Kubernetes metrics-server", version: "v0.9.0" }

const v2 = (...versions: [Version, ...Array<Version>]) =>
  V2.document(info, byDocument(versions).flatMap(([, operations]) => operations))

const v3 = (...versions: [Version, ...Array<Version>]) =>
  Object.fromEntries(byDocument(versions).map(([name, operations]) => [name, V3.document(info, operations)]))

/**
 * What is left without descriptions: of names with hashes the names, because the hashes are of descriptions too; of
 * references that were wrapped for a description's sake the references.
 */
const structure = (document: unknown) =>
  JSON.parse(
    JSON.stringify(document).replace(/"(#\/parameters\/)?(\w+)-[\w-]{8}"/g, "\"$1$2\""),
    (key, value) => key === "description" ? undefined : Object.keys(value).join() === "allOf" ? value.allOf[0] : value
  )

/** Every object within, with the path to it. */
const within = (value: unknown, path: string): ReadonlyArray<readonly [path: string, object: object]> =>
  typeof value !== "object" || value === null ? [] : [
    [path, value],
    ...Object.entries(value).flatMap(([key, it]) => within(it, `${path} ${key}`))
  ]

const described = / (get|200|schemas \S+|definitions \S+|properties \S+|parameters \S+)$/

describe("OpenAPI", () => {
  it("version 2 is structured like the original's", () => {
    assert.deepStrictEqual(structure(v2("v1beta1")), structure(recorded.v2))
  })

  it.each(Object.keys(recorded.v3))("version 3 of %s is structured like the original's", (name) => {
    assert.deepStrictEqual(structure(v3("v1beta1")[name]), structure(recorded.v3[name]))
  })

  it("every operation, parameter, type and property is described, in both versions", () => {
    const objects = [...within(v2("v1", "v1beta1"), "v2"), ...within(v3("v1", "v1beta1"), "v3")]
      .filter(([path, object]) => described.test(path) && !/ (example|default)\b/.test(path) && !isReference(object))
    assert.isAbove(objects.length, 500)
    assert.deepStrictEqual(objects.filter(([, object]) => !("description" in object)).map(([path]) => path), [])
  })

  it("tells of the versions that are served, and of no other", () => {
    assert.deepStrictEqual(Object.keys(v3("v1beta1")), [
      "apis",
      "apis/metrics.k8s.io",
      "apis/metrics.k8s.io/v1beta1",
      "version"
    ])
    assert.notMatch(JSON.stringify([v2("v1"), v3("v1")]), /v1beta1/)
    assert.notMatch(JSON.stringify([v2("v1beta1"), v3("v1beta1")]), /metrics(\.k8s\.io\/|\.|_)v1\b/)
  })

  it("says the same of every version", () => {
    const renamed = JSON.stringify(v3("v1beta1")).replaceAll("v1beta1", "v1").replaceAll("V1beta1", "V1")
    assert.deepStrictEqual(JSON.parse(renamed), v3("v1"))
  })
})

/** To a shared parameter, which is described where it stands. */
const isReference = (object: object) => Object.keys(object).join() === "$ref"
