/** The command line: Go's manners, the original's names and rules, and every problem at once. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Option } from "effect"
import { Command } from "effect/cli"
import * as Options from "../src/Options.ts"

/** What the server would run with. */
const read = (...args: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    let options = Option.none<Options.Options>()
    yield* Command.runWith(
      Command.make("metrics-server", Options.flags, (given) =>
        Effect.map(Options.read(given), (read) => {
          options = Option.some(read)
        })),
      { version: "0" }
    )(args)
    return yield* Effect.fromOption(options)
  }).pipe(Effect.provide(NodeServices.layer))

const problems = (...args: ReadonlyArray<string>) =>
  Effect.map(
    Effect.flip(read(...args)),
    (error) => error._tag === "OptionsError" ? error.problems : [error.message]
  )

describe("the command line", () => {
  it.effect("has the original's defaults", () =>
    Effect.map(read(), (options) => {
      assert.strictEqual(Duration.toSeconds(options.metricResolution), 60)
      assert.strictEqual(Duration.toSeconds(options.kubeletRequestTimeout), 10)
      assert.strictEqual(options.securePort, 443)
      assert.strictEqual(options.kubeletPort, 10250)
      assert.strictEqual(options.bindAddress, "0.0.0.0")
      assert.deepStrictEqual(options.kubeletPreferredAddressTypes, [
        "Hostname",
        "InternalDNS",
        "InternalIP",
        "ExternalDNS",
        "ExternalIP"
      ])
      assert.deepStrictEqual(options.kubeconfig, Option.none())
    }))

  it.effect("of the original's manifests is understood", () =>
    Effect.map(
      read(
        "--cert-dir=/tmp",
        "--secure-port=10250",
        "--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname",
        "--kubelet-use-node-status-port",
        "--metric-resolution=15s"
      ),
      (options) => {
        assert.strictEqual(options.certDir, "/tmp")
        assert.strictEqual(options.securePort, 10250)
        assert.isTrue(options.kubeletUseNodeStatusPort)
        assert.deepStrictEqual(options.kubeletPreferredAddressTypes, ["InternalIP", "ExternalIP", "Hostname"])
        assert.strictEqual(Duration.toSeconds(options.metricResolution), 15)
      }
    ))

  it.effect("takes a value behind a space, -l for the node selector, and lets the last occurrence win", () =>
    Effect.map(
      read("--secure-port", "1000", "-l", "pool=a", "--secure-port=2000", "--kubelet-insecure-tls=false"),
      (options) => {
        assert.strictEqual(options.securePort, 2000)
        assert.deepStrictEqual(options.nodeSelector, Option.some("pool=a"))
        assert.isFalse(options.kubeletInsecureTls)
      }
    ))

  it.effect("tells a switch that is off from one of which nothing is said", () =>
    Effect.gen(function*() {
      const publishSwap = (...args: ReadonlyArray<string>) =>
        Effect.map(read(...args), (options) => options.publishSwap)
      assert.deepStrictEqual(yield* publishSwap(), Option.none())
      assert.deepStrictEqual(yield* publishSwap("--publish-swap"), Option.some(true))
      assert.deepStrictEqual(yield* publishSwap("--publish-swap=false"), Option.some(false))
    }))

  it.effect("switches versions of the API off, in one occurrence or in several", () =>
    Effect.gen(function*() {
      const served = (...args: ReadonlyArray<string>) => Effect.map(read(...args), (options) => options.runtimeConfig)
      assert.deepStrictEqual(yield* served(), ["v1", "v1beta1"])
      assert.deepStrictEqual(yield* served("--runtime-config=metrics.k8s.io/v1=false"), ["v1beta1"])
      assert.deepStrictEqual(
        yield* served("--runtime-config=metrics.k8s.io/v1beta1=false,metrics.k8s.io/v1=true"),
        ["v1"]
      )
      assert.deepStrictEqual(
        yield* served("--runtime-config=metrics.k8s.io/v1=false", "--runtime-config=metrics.k8s.io/v1"),
        ["v1", "v1beta1"]
      )
      assert.deepStrictEqual(
        yield* problems("--runtime-config=metrics.k8s.io/v1=false,metrics.k8s.io/v1beta1=false"),
        ["--runtime-config: expected one of metrics.k8s.io/v1, metrics.k8s.io/v1beta1 to stay on, found all switched off"]
      )
      assert.deepStrictEqual(
        yield* problems("--runtime-config=apps/v1=false"),
        [
          "--runtime-config: expected metrics.k8s.io/v1 or metrics.k8s.io/v1beta1 with =true or =false, " +
          "found \"apps/v1=false\""
        ]
      )
    }))

  it.effect("believes and lets in as the original does, unless told otherwise, in one occurrence or in several", () =>
    Effect.gen(function*() {
      const byDefault = yield* read()
      assert.deepStrictEqual(byDefault.authorizationAlwaysAllowPaths, ["/healthz", "/readyz", "/livez"])
      assert.deepStrictEqual(byDefault.requestheaderUsernameHeaders, ["x-remote-user"])
      assert.deepStrictEqual(byDefault.requestheaderAllowedNames, [])
      assert.strictEqual(Duration.toSeconds(byDefault.authenticationTokenWebhookCacheTtl), 10)
      const told = yield* read(
        "--authorization-always-allow-paths=/metrics",
        "--requestheader-allowed-names=a, b",
        "--requestheader-allowed-names=c"
      )
      assert.deepStrictEqual(told.authorizationAlwaysAllowPaths, ["/metrics"])
      assert.deepStrictEqual(told.requestheaderAllowedNames, ["a", "b", "c"])
      const nothing = yield* read("--authorization-always-allow-paths=")
      assert.deepStrictEqual(nothing.authorizationAlwaysAllowPaths, [])
    }))

  it.effect("takes a certificate for a name with each occurrence", () =>
    Effect.gen(function*() {
      const { tlsSniCertKey } = yield* read("--tls-sni-cert-key=a.crt,a.key", "--tls-sni-cert-key=b.crt,b.key:*.b,b")
      assert.deepStrictEqual(tlsSniCertKey, [
        { certFile: "a.crt", keyFile: "a.key", names: [] },
        { certFile: "b.crt", keyFile: "b.key", names: ["*.b", "b"] }
      ])
    }))

  it.effect("reports everything that is wrong, with what was expected, at once", () =>
    Effect.map(
      problems(
        "--metric-resolution=soon",
        "--secure-port=70000",
        "--kubelet-preferred-address-types=Carrier",
        "--tls-cert-file=a"
      ),
      (problems) =>
        assert.deepStrictEqual(problems, [
          "--metric-resolution: expected a Go duration such as 15s or 1m30s, found \"soon\"",
          "--kubelet-preferred-address-types: expected a comma-separated list of Hostname, InternalDNS, InternalIP, ExternalDNS, ExternalIP, found \"Carrier\"",
          "--secure-port: expected a port, 1 to 65535, found \"70000\"",
          "--tls-cert-file and --tls-private-key-file need each other"
        ])
    ))

  it.effect.each(
    [
      [["--metric-resolution=5s"], /at least 10s, found 5s/],
      [["--metric-resolution=10s"], /at most 0.9 x --metric-resolution \(9s\), found 10s/],
      [["--kubelet-request-timeout=0s"], /more than 0s/],
      [["--kubelet-request-timeout=-1s"], /Go duration/],
      [["--kubelet-insecure-tls", "--kubelet-certificate-authority=ca"], /exclude each other/],
      [["--kubelet-client-key=key"], /need each other/],
      [["--tls-min-version=TLS1.2"], /one of VersionTLS10, .*, found "TLS1.2"/],
      [["--tls-cipher-suites=RC4"], /TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256.*, found "RC4"/],
      [["--http2-max-streams-per-connection=-1"], /a whole number, 0 or more, found "-1"/],
      [["--tls-sni-cert-key=a.crt,a.key", "--tls-sni-cert-key=b.crt"], /such as a.crt,a.key:.*, found "b.crt"/],
      [["--node-selector=pool in"], /label selector such as .*, found "pool in": /],
      [["--deprecated-kubelet-completely-insecure", "--kubelet-insecure-tls"], /excludes every other flag/]
    ] as const
  )(
    "refuses %j",
    ([args, expected]) => Effect.map(problems(...args), (problems) => assert.match(problems.join("\n"), expected))
  )

  it.effect("refuses flags it does not know", () =>
    Effect.map(Effect.exit(read("--no-such-flag")), (exit) => assert.strictEqual(exit._tag, "Failure")))
})
