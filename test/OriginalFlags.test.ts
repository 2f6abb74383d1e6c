/** The original's flags: all are known, and those without meaning here are checked and named. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Options from "../src/Options.ts"
import { problems, read } from "./fixtures/CommandLine.ts"

describe("of the original's flags", () => {
  it("every one is known", () => {
    assert.lengthOf(original, 103)
    const known = new Set(["version", ...Options.settings.map(({ name }) => name)])
    assert.deepStrictEqual(original.filter((name) => !known.has(name)), [])
  })

  it.effect("those that do nothing here are understood, checked and named", () =>
    Effect.gen(function*() {
      const { inert } = yield* read(
        "--audit-log-path=-",
        "--profiling=false",
        "--log-flush-frequency=1s",
        "--feature-gates=A=true,B=false",
        "--audit-webhook-batch-throttle-qps=0.5",
        "--log-json-info-buffer-size=10Ki"
      )
      assert.sameMembers([...inert], [
        "audit-log-path",
        "profiling",
        "log-flush-frequency",
        "feature-gates",
        "audit-webhook-batch-throttle-qps",
        "log-json-info-buffer-size"
      ])
      assert.deepStrictEqual(yield* problems("--log-flush-frequency=soon", "--profiling=maybe"), [
        "--profiling: expected true or false, found \"maybe\"",
        "--log-flush-frequency: expected a Go duration such as 15s or 1m30s, found \"soon\""
      ])
    }))
})

/** As its --help has them; k8s.io/apiserver and component-base are of 1.36. */
const original = [
  ["kubeconfig", "metric-resolution", "version", "node-selector"],
  ["deprecated-kubelet-completely-insecure", "kubelet-certificate-authority", "kubelet-client-certificate"],
  ["kubelet-client-key", "kubelet-insecure-tls", "kubelet-port", "kubelet-preferred-address-types"],
  ["kubelet-request-timeout", "kubelet-use-node-status-port", "bind-address", "cert-dir", "disable-http2-serving"],
  ["http2-max-streams-per-connection", "permit-address-sharing", "permit-port-sharing", "secure-port"],
  ["tls-cert-file", "tls-cipher-suites", "tls-curve-preferences", "tls-min-version", "tls-private-key-file"],
  ["tls-sni-cert-key", "authentication-kubeconfig", "authentication-skip-lookup"],
  ["authentication-token-webhook-cache-ttl", "authentication-tolerate-lookup-failure", "client-ca-file"],
  ["requestheader-allowed-names", "requestheader-client-ca-file", "requestheader-extra-headers-prefix"],
  ["requestheader-group-headers", "requestheader-uid-headers", "requestheader-username-headers"],
  ["authorization-always-allow-paths", "authorization-kubeconfig", "authorization-webhook-cache-authorized-ttl"],
  ["authorization-webhook-cache-unauthorized-ttl", "audit-log-batch-buffer-size", "audit-log-batch-max-size"],
  ["audit-log-batch-max-wait", "audit-log-batch-throttle-burst", "audit-log-batch-throttle-enable"],
  ["audit-log-batch-throttle-qps", "audit-log-compress", "audit-log-format", "audit-log-maxage"],
  ["audit-log-maxbackup", "audit-log-maxsize", "audit-log-mode", "audit-log-path", "audit-log-truncate-enabled"],
  ["audit-log-truncate-max-batch-size", "audit-log-truncate-max-event-size", "audit-log-version"],
  ["audit-policy-file", "audit-webhook-batch-buffer-size", "audit-webhook-batch-max-size"],
  ["audit-webhook-batch-max-wait", "audit-webhook-batch-throttle-burst", "audit-webhook-batch-throttle-enable"],
  ["audit-webhook-batch-throttle-qps", "audit-webhook-config-file", "audit-webhook-initial-backoff"],
  ["audit-webhook-mode", "audit-webhook-truncate-enabled", "audit-webhook-truncate-max-batch-size"],
  ["audit-webhook-truncate-max-event-size", "audit-webhook-version", "contention-profiling", "debug-socket-path"],
  ["enable-priority-and-fairness", "profiling", "log-flush-frequency", "log-json-info-buffer-size"],
  ["log-json-split-stream", "log-text-info-buffer-size", "log-text-split-stream", "logging-format", "v", "vmodule"],
  ["advertise-address", "cors-allowed-origins", "emulated-version", "emulation-forward-compatible"],
  ["external-hostname", "feature-gates", "goaway-chance", "livez-grace-period", "max-mutating-requests-inflight"],
  ["max-requests-inflight", "min-compatibility-version", "min-request-timeout", "request-timeout"],
  ["runtime-config-emulation-forward-compatible", "shutdown-delay-duration", "shutdown-send-retry-after"],
  ["shutdown-watch-termination-grace-period", "storage-initialization-timeout"],
  ["strict-transport-security-directives"]
].flat()
