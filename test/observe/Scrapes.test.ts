/** What an operator sees at a glance of how scraping goes. */
import { assert, layer } from "@effect/vitest"
import { Effect, Option, Schema } from "effect"
import * as ScrapeReport from "../../src/observe/ScrapeReport.ts"
import { Fault } from "../../src/simulate/Fault.ts"
import { tokens } from "../../src/simulate/Identities.ts"
import { KubeletFleet } from "../../src/simulate/KubeletFleet.ts"
import * as Listening from "../fixtures/Listening.ts"
import { ask, askAs } from "../fixtures/Listening.ts"
import * as WholeServer from "../fixtures/WholeServer.ts"

const path = "/debug/scrapes"

const body = (query: string) => Effect.map(ask(`${path}${query}`), ({ body }) => body.toString())

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(ScrapeReport.ScrapeReport))

layer(Listening.layer)("/debug/scrapes", (it) => {
  it("says of a node that is known and not scraped yet that it is waited for", () => {
    const node = { name: "a", labels: {}, addresses: [], kubeletPort: 0, ready: true, metricsPath: "/" }
    const { nodes, waiting } = ScrapeReport.make([node], () => undefined, 0)
    assert.strictEqual(waiting, 1)
    assert.deepStrictEqual(nodes, [{ node: "a", state: "waiting", samples: 0, failures: 0 }])
  })

  it.effect("tells for each node what was tried and came of it, and why nodes fail before that", () =>
    Effect.gen(function*() {
      const fleet = yield* KubeletFleet
      yield* WholeServer.pass(40)
      yield* fleet.setFault("worker-0002", Option.some(Fault.Status({ status: 403 })))
      yield* WholeServer.pass(30)
      const report = decode(yield* body("?format=json"))
      const { scraped, failing, waiting } = report
      assert.deepStrictEqual({ scraped, failing, waiting }, { scraped: 2, failing: 1, waiting: 0 })
      assert.deepStrictEqual(report.causes.map(({ example, nodes, reason }) => [reason, nodes, example.node]), [
        ["forbidden", 1, "worker-0002"]
      ])
      const [well, badly] = report.nodes
      assert.strictEqual(well?.state, "scraped")
      assert.strictEqual(well?.samples, 5)
      assert.match(well?.address ?? "", /^127\.0\.0\.1:\d+$/)
      assert.isBelow(well?.ageSeconds ?? Number.NaN, 40)
      assert.strictEqual(badly?.detail, "HTTP status 403")
      assert.strictEqual(badly?.failures, 2)
      assert.isBelow(Date.parse(badly?.lastSuccess ?? ""), Date.parse(badly?.lastAttempt ?? ""))
      assert.match(badly?.advice ?? "", /ClusterRole/)
    }))

  it.effect("is a table for people", () =>
    Effect.gen(function*() {
      const [head, blank, cause, , columns, first, second] = (yield* body("")).split("\n")
      assert.match(head ?? "", /^3 nodes at .*Z: 2 scraped, 1 failing, 0 not scraped yet$/)
      assert.strictEqual(blank, "")
      assert.match(
        cause ?? "",
        /^1 of 3 nodes: HTTP status 403 \(forbidden\), such as worker-0002 at 127.0.0.1:\d+; our /
      )
      assert.match(columns ?? "", /^NODE +ADDRESS +ATTEMPT +SUCCESS +DURATION +SAMPLES +AGE +REASON +ADVICE$/)
      assert.match(first ?? "", /^worker-0001 +127.0.0.1:\d+ +\d+s ago +\d+s ago +\S+ +5 +\d+s +- +-$/)
      assert.match(
        second ?? "",
        /^worker-0002 +127.0.0.1:\d+ .* ago +\d+s ago .* forbidden +HTTP status 403; our identity/
      )
    }))

  it.effect.each(
    [
      ["", { accept: "*/*" }, "text/plain; charset=utf-8"],
      ["", { accept: "text/html,application/xhtml+xml,*/*;q=0.8" }, "text/plain; charset=utf-8"],
      ["", { accept: "application/json, */*" }, "application/json"],
      ["?format=text", { accept: "application/json, */*" }, "text/plain; charset=utf-8"],
      ["?format=json", {}, "application/json"]
    ] as const
  )(
    "with %s and %j it is %s",
    ([query, headers, expected]) =>
      Effect.map(
        ask(`${path}${query}`, { headers }),
        (answer) => assert.strictEqual(answer.headers["content-type"], expected)
      )
  )

  it.effect("refuses other forms, other methods, and those who may not get it", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* ask(`${path}?format=xml`)).status, 400)
      assert.strictEqual((yield* ask(path, { method: "PUT" })).status, 405)
      assert.strictEqual((yield* askAs(undefined, path)).status, 403)
      assert.strictEqual((yield* askAs(tokens.forbidden, path)).status, 403)
    }))
})
