import { assert, describe, it } from "@effect/vitest"
import * as RequestInfo from "../../src/serve/RequestInfo.ts"

const parse = (method: string, path: string, query = "") => RequestInfo.parse(method, path, new URLSearchParams(query))

const group = { isResource: true, group: "metrics.k8s.io", version: "v1beta1", subresource: "" }

describe("RequestInfo", () => {
  it.each([
    ["/apis/metrics.k8s.io/v1beta1/nodes", { ...group, verb: "list", namespace: "", resource: "nodes", name: "" }],
    ["/apis/metrics.k8s.io/v1beta1/nodes/", { ...group, verb: "list", namespace: "", resource: "nodes", name: "" }],
    ["/apis/metrics.k8s.io/v1beta1/nodes/a.b", {
      ...group,
      verb: "get",
      namespace: "",
      resource: "nodes",
      name: "a.b"
    }],
    ["/apis/metrics.k8s.io/v1beta1/pods", { ...group, verb: "list", namespace: "", resource: "pods", name: "" }],
    [
      "/apis/metrics.k8s.io/v1beta1/namespaces/ns-00/pods",
      { ...group, verb: "list", namespace: "ns-00", resource: "pods", name: "" }
    ],
    [
      "/apis/metrics.k8s.io/v1beta1/namespaces/ns-00/pods/p",
      { ...group, verb: "get", namespace: "ns-00", resource: "pods", name: "p" }
    ],
    [
      "/apis/metrics.k8s.io/v1beta1/nodes/node-1/status",
      { ...group, verb: "get", namespace: "", resource: "nodes", name: "node-1", subresource: "status" }
    ],
    // A namespace is a resource too, in itself.
    [
      "/apis/metrics.k8s.io/v1beta1/namespaces/ns-00",
      { ...group, verb: "get", namespace: "ns-00", resource: "namespaces", name: "ns-00" }
    ],
    [
      "/apis/metrics.k8s.io/v1beta1/namespaces/ns-00/status",
      { ...group, verb: "get", namespace: "ns-00", resource: "namespaces", name: "ns-00", subresource: "status" }
    ],
    [
      "/apis/metrics.k8s.io/v1beta1/watch/nodes",
      { ...group, verb: "watch", namespace: "", resource: "nodes", name: "" }
    ],
    // Empty and dotted segments count as they stand.
    [
      "/apis//metrics.k8s.io/v1beta1/nodes",
      { ...group, verb: "get", group: "", version: "metrics.k8s.io", namespace: "", resource: "v1beta1", name: "nodes" }
    ],
    [
      "/apis/metrics.k8s.io/v1beta1/../v1beta1/nodes",
      { ...group, verb: "get", namespace: "", resource: "..", name: "v1beta1", subresource: "nodes" }
    ],
    [
      "/api/v1/nodes/n",
      { ...group, verb: "get", group: "", version: "v1", namespace: "", resource: "nodes", name: "n" }
    ]
  ])("GET %s is a request for a resource", (path, expected) => {
    assert.deepStrictEqual(parse("GET", path), { ...expected, path })
  })

  it.each([
    "/",
    "/apis",
    "/apis/",
    "/apis/metrics.k8s.io",
    "/apis/metrics.k8s.io/v1",
    "/healthz",
    "/metrics",
    "/api/v1"
  ])(
    "%s is a request for a path",
    (path) => {
      const info = parse("POST", path)
      assert.deepInclude(info, { isResource: false, verb: "post", path })
    }
  )

  it.each([
    ["GET", "n", "get"],
    ["HEAD", "n", "get"],
    ["POST", "", "create"],
    ["PUT", "n", "update"],
    ["PATCH", "n", "patch"],
    ["DELETE", "n", "delete"],
    ["DELETE", "", "deletecollection"],
    ["OPTIONS", "", ""]
  ])("%s of /nodes/%s is %j", (method, name, verb) => {
    assert.strictEqual(parse(method, `/apis/metrics.k8s.io/v1/nodes/${name}`).verb, verb)
  })

  it.each([
    ["watch=true", "watch"],
    ["watch", "watch"],
    ["watch=abc", "watch"],
    ["watch=false", "list"],
    ["watch=0", "list"]
  ])("?%s of a collection is a %s", (query, verb) => {
    assert.strictEqual(parse("GET", "/apis/metrics.k8s.io/v1/nodes", query).verb, verb)
  })

  it.each([
    ["metadata.name=a", "a"],
    ["metadata.namespace=ns,metadata.name==a", "a"],
    ["metadata.name!=a", ""],
    ["metadata.name=..", ""],
    ["metadata.name=a/b", ""],
    ["metadata.name", ""]
  ])("a list with the field selector %s is authorized for the name %j", (selector, name) => {
    const info = parse("GET", "/apis/metrics.k8s.io/v1/pods", `fieldSelector=${encodeURIComponent(selector)}`)
    assert.strictEqual(info.name, name)
  })

  it("reads a path of a million slashes in one go", () => {
    assert.strictEqual(parse("GET", `/version${"/".repeat(1_000_000)}x`).verb, "get")
  })
})
