import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { createHash } from "node:crypto"
import { gunzipSync } from "node:zlib"
import { byDocument } from "../../src/serve/OpenApiOperations.ts"
import { versions } from "../../src/serve/schema/Metrics.ts"
import { ask, askJson, askServing } from "../fixtures/Asking.ts"

const gv = "/openapi/v3/apis/metrics.k8s.io/v1"
const everywhere = ["/openapi/v2", "/openapi/v3", gv]

const protobuf = (version: string) => `application/com.github.proto-openapi.spec.${version}.v1.0+protobuf`
const older = (version: string) => `application/com.github.proto-openapi.spec.${version}@v1.0+protobuf`

const accept = (accept: string) => ({ headers: { accept } })

describe("the paths of OpenAPI", () => {
  it.effect("the index leads to every document, by a URL that is fresh for a year", () =>
    Effect.gen(function*() {
      const { paths } = yield* askJson("/openapi/v3")
      assert.deepStrictEqual(Object.keys(paths), byDocument(versions).map(([name]) => name))
      for (const { serverRelativeURL } of Object.values<{ serverRelativeURL: string }>(paths)) {
        const { headers, status, text } = yield* ask(serverRelativeURL)
        assert.strictEqual(status, 200)
        assert.strictEqual(JSON.parse(text).openapi, "3.0.0")
        assert.strictEqual(headers.get("cache-control"), "public, immutable")
        assert.strictEqual(headers.get("expires"), "Tue, 23 Nov 2027 06:32:35 GMT")
        assert.strictEqual(headers.get("etag"), `"${new URLSearchParams(serverRelativeURL.split("?")[1]).get("hash")}"`)
      }
    }))

  it.effect.each(everywhere)(
    "%s: the ETag is the SHA-512 of the JSON, and the answer is not to be kept",
    (path) =>
      Effect.gen(function*() {
        const { headers, text } = yield* ask(path)
        assert.strictEqual(headers.get("etag"), `"${createHash("sha512").update(text).digest("hex").toUpperCase()}"`)
        assert.strictEqual(headers.get("cache-control"), "no-cache, private")
        assert.strictEqual(headers.get("content-type"), "application/json")
      })
  )

  it.effect.each(everywhere)(
    "%s: who names the ETag gets nothing, and who changes things on it is refused",
    (path) =>
      Effect.gen(function*() {
        const { headers } = yield* ask(path)
        const etag = headers.get("etag") ?? ""
        for (const held of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
          const unchanged = yield* ask(path, { headers: { "if-none-match": held } })
          assert.deepStrictEqual([unchanged.status, unchanged.text], [304, ""])
          assert.strictEqual(unchanged.headers.get("etag"), etag)
        }
        assert.strictEqual((yield* ask(path, { headers: { "if-none-match": "\"other\"" } })).status, 200)
        assert.strictEqual((yield* ask(path, { method: "PUT", headers: { "if-none-match": etag } })).status, 412)
      })
  )

  it.effect("a stale hash is sent on to the document of today", () =>
    Effect.gen(function*() {
      const { headers, status, text } = yield* ask(`${gv}?hash=0000`)
      const etag = headers.get("etag") ?? ""
      assert.deepStrictEqual([status, text], [301, ""])
      assert.strictEqual(headers.get("location"), `${gv}?hash=${etag.replaceAll("\"", "")}`)
      assert.strictEqual(headers.get("content-type"), "application/json")
    }))

  it.effect.each(["/openapi/v3/", "/openapi/v3/apis/none/v1", "/openapi/v3/apis/metrics.k8s.io/v2", `${gv}/nodes`])(
    "%s: of what is not there, nothing is said",
    (path) =>
      Effect.map(ask(path), ({ headers, status, text }) => {
        assert.deepStrictEqual([status, text], [200, ""])
        assert.deepStrictEqual([headers.get("content-type"), headers.get("etag")], [null, null])
      })
  )

  it.effect("a version that is switched off is unknown", () =>
    Effect.gen(function*() {
      const ask = askServing(["v1beta1"])
      const { paths } = JSON.parse((yield* ask("/openapi/v3")).text)
      assert.notInclude(Object.keys(paths), "apis/metrics.k8s.io/v1")
      assert.strictEqual((yield* ask(gv)).text, "")
      assert.notInclude((yield* ask("/openapi/v2")).text, "/apis/metrics.k8s.io/v1/")
    }))

  it.effect.each(
    [
      ["*/*", "application/json"],
      ["application/*", "application/json"],
      ["text/html, application/json;q=0.5", "application/json"],
      [protobuf("v2"), protobuf("v2")],
      [older("v2"), protobuf("v2")],
      [`application/json;q=0.1, ${older("v2")}`, protobuf("v2")]
    ] as const
  )("Accept: %s is answered as %s", ([asked, answered]) =>
    Effect.gen(function*() {
      const v2 = yield* ask("/openapi/v2", accept(asked))
      assert.strictEqual(v2.headers.get("content-type"), answered)
      assert.strictEqual(v2.headers.get("vary"), "Accept-Encoding, Accept")
      const v3 = yield* ask(gv, accept(asked.replace("v2", "v3")))
      assert.strictEqual(v3.headers.get("content-type"), answered.replace("v2", "v3"))
      assert.strictEqual(v3.headers.get("vary"), "Accept")
    }))

  it.effect("other forms are not to be had, except that the index is JSON for everybody", () =>
    Effect.gen(function*() {
      for (const form of ["text/html", "application/yaml", "application/vnd.kubernetes.protobuf"]) {
        assert.strictEqual((yield* ask("/openapi/v2", accept(form))).status, 406)
        assert.strictEqual((yield* ask(gv, accept(form))).status, 406)
        assert.strictEqual((yield* ask("/openapi/v3", accept(form))).headers.get("content-type"), "application/json")
      }
    }))

  it.effect("every method is answered like GET", () =>
    Effect.gen(function*() {
      const { text } = yield* ask("/openapi/v2")
      for (const method of ["POST", "PUT", "DELETE", "CONNECTX"]) {
        assert.strictEqual((yield* ask("/openapi/v2", { method })).text, text)
      }
    }))

  it.effect("version 2 is compressed for those who take gzip", () =>
    Effect.gen(function*() {
      const { text } = yield* ask("/openapi/v2")
      for (const coding of ["gzip", "deflate, gzip;q=0.5", "br,gzip"]) {
        const { bytes, headers } = yield* ask("/openapi/v2", { headers: { "accept-encoding": coding } })
        assert.strictEqual(headers.get("content-encoding"), "gzip")
        assert.strictEqual(gunzipSync(bytes).toString(), text)
      }
      for (const coding of ["br", "gzip;q=0", "x-gzip"]) {
        assert.strictEqual((yield* ask("/openapi/v2", { headers: { "accept-encoding": coding } })).text, text)
      }
    }))

  it.effect("what is answered to each operation is of the type that it tells of, with nothing besides", () =>
    Effect.gen(function*() {
      const operations = byDocument(versions).flatMap(([document, operations]) =>
        // The program's version leaves out what only a program in Go has to say.
        document === "version" ? [] : operations
      )
      for (const { path, response } of operations) {
        const [namespace, name] = path.includes("/namespaces/") ? ["web", "a"] : ["", "node-a"]
        const answer = yield* askJson(path.replace("{namespace}", namespace).replace("{name}", name))
        yield* Schema.decodeUnknownEffect(response)(answer, { onExcessProperty: "error" })
      }
    }))
})
