import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as Negotiation from "../../src/serve/Negotiation.ts"

const negotiate = (accept: string, options: { readonly userAgent?: string; readonly query?: string } = {}) =>
  Negotiation.negotiate({
    accept,
    acceptEncoding: "",
    userAgent: options.userAgent ?? "kubectl/v1.36.2",
    query: new URLSearchParams(options.query)
  }).pipe(
    Result.map(({ mediaType, pretty }) => `${mediaType.name}${pretty ? ", pretty" : ""}`),
    Result.getOrElse((error) => error.message)
  )

const json = "application/json"
const protobuf = "application/vnd.kubernetes.protobuf"
const none = "only the following media types are accepted: " +
  "application/json, application/yaml, application/vnd.kubernetes.protobuf"
const yaml = "application/yaml"

describe("negotiation", () => {
  it.each([
    ["", json],
    ["*/*", json],
    ["*", json],
    ["application/*", json],
    ["application/json", json],
    ["application/json;charset=utf-8", json],
    ["application/json;stream=watch", json],
    ["application/json;stream=other", none],
    ["application/vnd.kubernetes.protobuf", protobuf],
    ["application/vnd.kubernetes.protobuf, */*", protobuf],
    ["application/vnd.kubernetes.protobuf,application/json", protobuf],
    ["application/yaml", yaml],
    ["text/yaml", none],
    ["application/json;q=0.5,application/yaml", yaml],
    ["application/yaml;stream=watch", none],
    ["application/json;q=0.5, application/vnd.kubernetes.protobuf", protobuf],
    ["application/json;q=x, application/vnd.kubernetes.protobuf;q=0.1", protobuf],
    ["*/*, application/vnd.kubernetes.protobuf", protobuf],
    ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", json],
    // What kubectl get asks for first is refused where no table is offered, and its last choice taken.
    [
      "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json",
      json
    ],
    ["application/json;as=Table;v=v1;g=meta.k8s.io", none],
    ["application/json;sv=v1", none],
    ["application/cbor", none],
    ["text/html", none],
    ["nonsense", none],
    ["a/b/c", none]
  ])("Accept: %s gets %s", (accept, expected) => {
    assert.strictEqual(negotiate(accept), expected)
  })

  it.each([
    [{ query: "pretty=true" }, true],
    [{ query: "pretty=1" }, true],
    [{ query: "pretty=0" }, false],
    [{ query: "pretty" }, false],
    [{ query: "pretty=maybe" }, false],
    [{ userAgent: "curl/8.5.0" }, true],
    [{ userAgent: "Wget/1.21" }, true],
    [{ userAgent: "Mozilla/5.0 (X11)" }, true],
    [{ userAgent: "curl/8.5.0", query: "pretty=0" }, false],
    [{ userAgent: "curl/8.5.0", query: "pretty=" }, true]
  ])("%j is for people to read: %s", (options, pretty) => {
    assert.strictEqual(negotiate("application/json", options), pretty ? `${json}, pretty` : json)
  })

  it("people may also ask in the media type", () => {
    assert.strictEqual(negotiate("application/json;pretty=1"), `${json}, pretty`)
  })

  it("puts no more than 256 ranges in order", () => {
    const ranges = Array.from({ length: 1_000_000 }, (_, i) => `text/plain;q=${i}`)
    assert.lengthOf(Negotiation.parseAccept(ranges.join(",")), 256)
  })

  it.each([
    ["", true],
    ["*/*;q=0.1", true],
    ["application/json;as=Table", true],
    ["text/html, application/json", true],
    ["application/*", false],
    ["text/html", false]
  ])("a route admits Accept: %s: %s", (accept, expected) => {
    assert.strictEqual(Result.isSuccess(Negotiation.admit(accept, { watchable: false })), expected)
  })

  it("a route that refuses says what it has, streams of collections included", () => {
    const refusal = (watchable: boolean) =>
      Result.match(Negotiation.admit("text/html", { watchable }), {
        onSuccess: () => "",
        onFailure: (it) => it.message
      })
    assert.strictEqual(
      refusal(false),
      "406: Not Acceptable\n\nAvailable representations: " +
        "application/json, application/yaml, application/vnd.kubernetes.protobuf"
    )
    assert.strictEqual(
      refusal(true),
      "406: Not Acceptable\n\nAvailable representations: " +
        "application/json, application/yaml, application/vnd.kubernetes.protobuf, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch"
    )
  })
})
