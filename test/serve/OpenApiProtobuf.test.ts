import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ask, askJson } from "../fixtures/Asking.ts"
import { read } from "../fixtures/OpenApiProtobuf.ts"

const asProtobuf = (version: "v2" | "v3") => ({
  headers: { accept: `application/com.github.proto-openapi.spec.${version}@v1.0+protobuf` }
})

describe("OpenAPI as protobuf", () => {
  it.effect("version 2 says what its JSON says", () =>
    Effect.gen(function*() {
      const { bytes } = yield* ask("/openapi/v2", asProtobuf("v2"))
      assert.deepStrictEqual(read("v2", bytes), yield* askJson("/openapi/v2"))
    }))

  it.effect("every document of version 3 says what its JSON says", () =>
    Effect.gen(function*() {
      const { paths } = yield* askJson("/openapi/v3")
      for (const path of Object.keys(paths).map((name) => `/openapi/v3/${name}`)) {
        const { bytes } = yield* ask(path, asProtobuf("v3"))
        assert.deepStrictEqual(read("v3", bytes), yield* askJson(path))
      }
    }))
})
