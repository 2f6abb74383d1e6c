/** When alerts fire, by Prometheus' own reckoning: with promtool, where it is on PATH (Debian's package prometheus has it). */
import { assert, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import * as Manifests from "../fixtures/Manifests.ts"
import * as Programs from "../fixtures/Programs.ts"

const rules = Manifests.find(await Manifests.template({ prometheusRule: { enabled: true } }), "PrometheusRule")["spec"]

const names: ReadonlyArray<string> = rules.groups.flatMap((
  group: { readonly rules: ReadonlyArray<{ readonly alert: string }> }
) => group.rules.map(({ alert }) => alert))

/** A series of one replica, and its values from minute to minute in promtool's notation. */
type Series = readonly [name: string, labels: string, values: string]

const year = 365 * 24 * 3600

const healthy: ReadonlyArray<Series> = [
  ["up", "", "1x90"],
  ["metrics_server_storage_points", `type="node"`, "3x90"],
  ["metrics_server_storage_points", `type="container"`, "9x90"],
  ["metrics_server_kubelet_request_total", `success="true"`, "0+12x90"],
  ["metrics_server_kubelet_request_total", `success="false"`, "0x90"],
  ["metrics_server_kubelet_last_request_time_seconds", `node="n"`, "0+60x90"],
  ["resource_metrics_node_last_success_timestamp_seconds", `node="n"`, "0+60x90"],
  ["resource_metrics_node_sample_age_seconds", `node="n"`, "14x90"],
  ["metrics_server_api_metric_freshness_seconds_bucket", `le="56"`, "0+60x90"],
  ["metrics_server_api_metric_freshness_seconds_bucket", `le="364"`, "0+60x90"],
  ["metrics_server_api_metric_freshness_seconds_bucket", `le="+Inf"`, "0+60x90"],
  ["resource_metrics_watch_healthy", `path="/api/v1/nodes"`, "1x90"],
  ["apiserver_request_total", `code="200"`, "0+60x90"],
  ["apiserver_request_total", `code="503"`, "0x90"],
  ["apiserver_request_total", `code="429"`, "0x90"],
  ["apiserver_delegated_authn_request_total", `code="201"`, "0+1x90"],
  ["apiserver_delegated_authz_request_total", `code="201"`, "0+1x90"],
  ["resource_metrics_certificate_expiration_timestamp_seconds", `certificate="serving"`, `${year}x90`],
  ["nodejs_eventloop_lag_max_seconds", "", "0.01x90"]
]

/** What is otherwise when an alert should fire after an hour and a half. */
const causes: ReadonlyArray<readonly [alert: string, cause: string, changed: ReadonlyArray<Series>]> = [
  ["MetricsServerAbsent", "it cannot be reached", [["up", "", "0x90"]]],
  ["MetricsServerNothingToServe", "there are no nodes, and it is not ready", [
    ["metrics_server_storage_points", `type="node"`, "0x90"],
    ["apiserver_request_total", `code="500", subresource="/readyz"`, "0+6x90"]
  ]],
  ["MetricsServerScrapesFail", "one in six fails", [
    ["metrics_server_kubelet_request_total", `success="false"`, "0+2x90"]
  ]],
  ["MetricsServerNodeWithoutMetrics", "a node fails from some day on", [
    ["resource_metrics_node_last_success_timestamp_seconds", `node="n"`, "0x90"],
    ["resource_metrics_node_sample_age_seconds", `node="n"`, "0+60x90"]
  ]],
  ["MetricsServerNodeWithoutMetrics", "a node has failed since it came", [
    ["metrics_server_kubelet_last_request_time_seconds", `node="m"`, "0+60x90"]
  ]],
  ["MetricsServerNodeStandsStill", "readings become older", [
    ["resource_metrics_node_sample_age_seconds", `node="n"`, "0+60x90"]
  ]],
  ["MetricsServerOldMetricsRead", "one in six is old", [
    ["metrics_server_api_metric_freshness_seconds_bucket", `le="56"`, "0+50x90"]
  ]],
  ["MetricsServerNotWatching", "a watch is broken", [[
    "resource_metrics_watch_healthy",
    `path="/api/v1/nodes"`,
    "0x90"
  ]]],
  ["MetricsServerRequestsFail", "one in ten fails", [["apiserver_request_total", `code="503"`, "0+6x90"]]],
  ["MetricsServerOverloaded", "one a minute is refused", [["apiserver_request_total", `code="429"`, "0+1x90"]]],
  ["MetricsServerReviewsFail", "it may not ask", [
    ["apiserver_delegated_authz_request_total", `code="403"`, "0+1x90"]
  ]],
  ["MetricsServerCertificateExpires", "a day is left", [
    ["resource_metrics_certificate_expiration_timestamp_seconds", `certificate="serving"`, `${24 * 3600}x90`]
  ]],
  ["MetricsServerBusy", "its turns take half a second", [["nodejs_eventloop_lag_max_seconds", "", "0.5x90"]]]
]

const written = ([name, labels]: Series) => `${name}{job="metrics-server", instance="a"${labels && ", "}${labels}}`

/** The healthy series, with these in place of their likes. */
const instead = (changed: ReadonlyArray<Series>) => [
  ...healthy.filter((series) => !changed.some((other) => written(other) === written(series))),
  ...changed
]

const exec = promisify(execFile)

/** Fails with promtool's words when other alerts fire at the end than these. */
const expectFiring = async (promtool: string, series: ReadonlyArray<Series>, firing: ReadonlyArray<string>) => {
  const folder = mkdtempSync(join(tmpdir(), "alerts-"))
  try {
    writeFileSync(join(folder, "rules.json"), JSON.stringify(rules))
    const test = {
      interval: "1m",
      input_series: series.map((one) => ({ series: written(one), values: one[2] })),
      promql_expr_test: [{
        expr: `count by (alertname) (ALERTS{alertstate="firing"})`,
        eval_time: "89m",
        exp_samples: firing.map((alertname) => ({ labels: `{alertname="${alertname}"}`, value: 1 }))
      }]
    }
    writeFileSync(
      join(folder, "test.json"),
      JSON.stringify({ rule_files: ["rules.json"], evaluation_interval: "1m", tests: [test] })
    )
    return (await exec(promtool, ["test", "rules", join(folder, "test.json")])).stdout
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe("the alerts", () => {
  it("have a cause each, by which promtool tries them", () =>
    assert.deepStrictEqual([...new Set(causes.map(([alert]) => alert))], [...names]))

  for (const promtool of Programs.onPath("promtool")) {
    it("are silent while all is well", async () => {
      assert.include(await expectFiring(promtool, healthy, []), "SUCCESS")
    })

    it.each(causes)("fire for their cause, and no other does: %s when %s", async (alert, _, changed) => {
      assert.include(await expectFiring(promtool, instead(changed), [alert]), "SUCCESS")
    })
  }
})
