import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ask, askJson, longName } from "../fixtures/Asking.ts"

const names = (path: string) =>
  Effect.map(
    askJson(path),
    (list: { items: Array<{ metadata: { name: string } }> }) => list.items.map((item) => item.metadata.name)
  )

const gv = "/apis/metrics.k8s.io/v1beta1"

describe("the API of metrics.k8s.io", () => {
  it.effect("a node, to the byte", () =>
    Effect.gen(function*() {
      const { headers, status, text } = yield* ask(`${gv}/nodes/node-a`)
      assert.strictEqual(
        text,
        "{\"kind\":\"NodeMetrics\",\"apiVersion\":\"metrics.k8s.io/v1beta1\",\"metadata\":{\"name\":\"node-a\"," +
          "\"creationTimestamp\":\"2026-11-23T06:32:35Z\",\"labels\":{\"pool\":\"1\"}}," +
          "\"timestamp\":\"2026-11-23T06:32:20Z\",\"window\":\"15.003s\"," +
          "\"usage\":{\"cpu\":\"968390u\",\"memory\":\"1571484Ki\"}}\n"
      )
      assert.strictEqual(status, 200)
      assert.strictEqual(headers.get("content-type"), "application/json")
      assert.strictEqual(headers.get("cache-control"), "no-cache, private")
    }))

  it.effect("a pod, with its containers", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* askJson("/apis/metrics.k8s.io/v1/namespaces/web/pods/a"), {
        kind: "PodMetrics",
        apiVersion: "metrics.k8s.io/v1",
        metadata: { name: "a", namespace: "web", creationTimestamp: "2026-11-23T06:32:35Z", labels: { app: "a" } },
        timestamp: "2026-11-23T06:32:20Z",
        window: "10s",
        containers: [
          { name: "main", usage: { cpu: "1m", memory: "16Mi" } },
          { name: "side", usage: { cpu: "968390u", memory: "1571484Ki" } }
        ]
      })
    }))

  it.effect("swap, of a node that has it", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual((yield* askJson(`${gv}/nodes/${longName}`)).usage, {
        cpu: "968390u",
        memory: "1571484Ki",
        swap: "4Mi"
      })
    }))

  it.effect("an object without labels has none, and a list its kind once", () =>
    Effect.gen(function*() {
      const list = yield* askJson(`${gv}/nodes?fieldSelector=metadata.name=${longName}`)
      assert.deepStrictEqual(Object.keys(list), ["kind", "apiVersion", "metadata", "items"])
      assert.strictEqual(list.kind, "NodeMetricsList")
      assert.deepStrictEqual(list.metadata, {})
      assert.deepStrictEqual(Object.keys(list.items[0]), ["metadata", "timestamp", "window", "usage"])
      assert.deepStrictEqual(Object.keys(list.items[0].metadata), ["name", "creationTimestamp"])
    }))

  const lists: ReadonlyArray<readonly [path: string, names: ReadonlyArray<string>]> = [
    ["/nodes", ["node-a", "node-b", longName]],
    ["/nodes/", ["node-a", "node-b", longName]],
    ["/nodes?labelSelector=pool%3D1", ["node-a"]],
    ["/nodes?labelSelector=pool+in+(1,2)", ["node-a", "node-b"]],
    ["/nodes?labelSelector=!pool", [longName]],
    ["/nodes?labelSelector=pool%3D1&labelSelector=pool%3D2", ["node-a"]],
    ["/nodes?fieldSelector=metadata.name!%3Dnode-a", ["node-b", longName]],
    ["/nodes?fieldSelector=metadata.namespace%3Dweb", []],
    ["/nodes?limit=1", ["node-a", "node-b", longName]],
    ["/pods", ["c", "a", "b"]],
    ["/namespaces/web/pods", ["a", "b"]],
    ["/namespaces/nowhere/pods", []],
    ["/pods?labelSelector=app%3Da", ["c", "a"]],
    ["/pods?fieldSelector=metadata.namespace%3Ddb", ["c"]],
    ["/pods?fieldSelector=spec.nodeName%3Dnode-b", ["c", "a"]],
    ["/pods?fieldSelector=spec.nodeName%3Dnode-b,metadata.name!%3Da", ["c"]],
    ["/namespaces/web/pods?labelSelector=app%3Da&fieldSelector=metadata.name%3Db", []]
  ]
  it.effect.each(lists)("%s lists %j", ([path, expected]) =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* names(`${gv}${path}`), expected)
    }))

  it.effect("v1 and v1beta1 say the same under their own names", () =>
    Effect.gen(function*() {
      for (const path of ["nodes", "pods", "nodes/node-a", "namespaces/web/pods/a"]) {
        const [v1, v1beta1] = yield* Effect.all([ask(`/apis/metrics.k8s.io/v1/${path}`), ask(`${gv}/${path}`)])
        assert.strictEqual(v1.text, v1beta1.text.replace("v1beta1", "v1"))
      }
    }))

  it.effect("a long name is found, percent-encoded or not", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* askJson(`${gv}/nodes/${longName}`)).metadata.name, longName)
      assert.strictEqual((yield* askJson(`${gv}/nodes/${longName.replaceAll(".", "%2E")}`)).metadata.name, longName)
    }))

  const failures: ReadonlyArray<
    readonly [path: string, code: number, reason: string, message: string, details: unknown]
  > = [
    ["/nodes/x", 404, "NotFound", "node \"x\" not found", { name: "x", kind: "node" }],
    [
      "/nodes/node-new",
      404,
      "NotFound",
      "nodemetrics.metrics.k8s.io \"node-new\" not found",
      {
        name: "node-new",
        group: "metrics.k8s.io",
        kind: "nodemetrics",
        causes: [{ reason: "NotScraped", message: "node node-new has not been scraped yet" }]
      }
    ],
    ["/namespaces/web/pods/c", 404, "NotFound", "pods \"c\" not found", { name: "c", kind: "pods" }],
    [
      "/namespaces/db/pods/starting",
      404,
      "NotFound",
      "podmetrics.metrics.k8s.io \"db/starting\" not found",
      {
        name: "db/starting",
        group: "metrics.k8s.io",
        kind: "podmetrics",
        causes: [{ reason: "NotScraped", message: "no kubelet has reported the pod yet" }]
      }
    ],
    ["/widgets", 404, "NotFound", "the server could not find the requested resource", {}],
    ["/namespaces/web/nodes", 404, "NotFound", "the server could not find the requested resource", {}],
    ["/nodes/node-a/status", 404, "NotFound", "the server could not find the requested resource", {}],
    ["/watch/nodes", 404, "NotFound", "the server could not find the requested resource", {}],
    [
      "/pods?watch=true",
      405,
      "MethodNotAllowed",
      "watch is not supported on resources of kind \"pods.metrics.k8s.io\"",
      { group: "metrics.k8s.io", kind: "pods" }
    ],
    [
      "/nodes?labelSelector=app===",
      400,
      "BadRequest",
      "unable to parse requirement: found '=', expected: identifier",
      undefined
    ],
    [
      "/nodes?fieldSelector=metadata.name",
      400,
      "BadRequest",
      "invalid selector: 'metadata.name'; can't understand 'metadata.name'",
      undefined
    ],
    [
      "/nodes?fieldSelector=spec.nodeName%3Dx",
      400,
      "BadRequest",
      "\"spec.nodeName\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"",
      undefined
    ],
    ["/nodes?limit=abc", 400, "BadRequest", "strconv.ParseInt: parsing \"abc\": invalid syntax", undefined],
    ["/nodes/%zz", 400, "BadRequest", "invalid escape in the path of the request", undefined],
    [
      "/pods?resourceVersionMatch=Bogus",
      422,
      "Invalid",
      "ListOptions.meta.k8s.io \"\" is invalid: [resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless " +
      "resourceVersion is provided, resourceVersionMatch: Unsupported value: \"Bogus\": supported values: \"Exact\", " +
      "\"NotOlderThan\", \"\"]",
      {
        group: "meta.k8s.io",
        kind: "ListOptions",
        causes: [
          {
            reason: "FieldValueForbidden",
            message: "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided",
            field: "resourceVersionMatch"
          },
          {
            reason: "FieldValueNotSupported",
            message: "Unsupported value: \"Bogus\": supported values: \"Exact\", \"NotOlderThan\", \"\"",
            field: "resourceVersionMatch"
          }
        ]
      }
    ]
  ]
  it.effect.each(failures)("%s fails with %i %s", ([path, code, reason, message, details]) =>
    Effect.gen(function*() {
      const { status, text } = yield* ask(`${gv}${path}`)
      assert.strictEqual(status, code)
      assert.deepStrictEqual(JSON.parse(text), {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message,
        reason,
        ...details !== undefined && { details },
        code
      })
    }))
})
