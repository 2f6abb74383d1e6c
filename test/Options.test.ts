/** The command line: Go's manners, the original's names and rules, and every problem at once. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Option } from "effect"
import { problems, read } from "./fixtures/CommandLine.ts"

describe("the command line", () => {
  it.effect("has the original's defaults", () =>
    Effect.map(read(), (options) => {
      assert.strictEqual(Duration.toSeconds(options.server.resolution), 60)
      assert.strictEqual(Duration.toSeconds(options.kubelet.requestTimeout), 10)
      assert.strictEqual(options.serving.port, 443)
      assert.strictEqual(options.kubelet.port, 10250)
      assert.strictEqual(options.serving.bindAddress, "0.0.0.0")
      assert.deepStrictEqual(options.kubelet.preferredTypes, [
        "Hostname",
        "InternalDNS",
        "InternalIP",
        "ExternalDNS",
        "ExternalIP"
      ])
      assert.deepStrictEqual(options.server.kubeconfig, Option.none())
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
        assert.strictEqual(options.serving.certDir, "/tmp")
        assert.strictEqual(options.serving.port, 10250)
        assert.isTrue(options.kubelet.useNodeStatusPort)
        assert.deepStrictEqual(options.kubelet.preferredTypes, ["InternalIP", "ExternalIP", "Hostname"])
        assert.strictEqual(Duration.toSeconds(options.server.resolution), 15)
      }
    ))

  it.effect("takes a value behind a space, -l for the node selector, and lets the last occurrence win", () =>
    Effect.map(
      read("--secure-port", "1000", "-l", "pool=a", "--secure-port=2000", "--kubelet-insecure-tls=false"),
      (options) => {
        assert.strictEqual(options.serving.port, 2000)
        assert.deepStrictEqual(options.server.nodeSelector, Option.some("pool=a"))
        assert.isFalse(options.kubelet.insecure)
      }
    ))

  it.effect("tells a switch that is off from one of which nothing is said", () =>
    Effect.gen(function*() {
      const publishSwap = (...args: ReadonlyArray<string>) =>
        Effect.map(read(...args), (options) => options.server.publishSwap)
      assert.deepStrictEqual(yield* publishSwap(), Option.none())
      assert.deepStrictEqual(yield* publishSwap("--publish-swap"), Option.some(true))
      assert.deepStrictEqual(yield* publishSwap("--publish-swap=false"), Option.some(false))
    }))

  it.effect("switches versions of the API off, in one occurrence or in several", () =>
    Effect.gen(function*() {
      const served = (...args: ReadonlyArray<string>) => Effect.map(read(...args), (options) => options.server.versions)
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
      assert.deepStrictEqual(byDefault.authorization.alwaysAllowPaths, ["/healthz", "/readyz", "/livez"])
      assert.deepStrictEqual(byDefault.frontProxy.usernameHeaders, ["x-remote-user"])
      assert.deepStrictEqual(byDefault.frontProxy.allowedNames, [])
      assert.strictEqual(Duration.toSeconds(byDefault.authentication.timeToLive), 10)
      const told = yield* read(
        "--authorization-always-allow-paths=/metrics",
        "--requestheader-allowed-names=a, b",
        "--requestheader-allowed-names=c"
      )
      assert.deepStrictEqual(told.authorization.alwaysAllowPaths, ["/metrics"])
      assert.deepStrictEqual(told.frontProxy.allowedNames, ["a", "b", "c"])
      const nothing = yield* read("--authorization-always-allow-paths=")
      assert.deepStrictEqual(nothing.authorization.alwaysAllowPaths, [])
    }))

  it.effect("takes a certificate for a name with each occurrence", () =>
    Effect.gen(function*() {
      const { serving } = yield* read("--tls-sni-cert-key=a.crt,a.key", "--tls-sni-cert-key=b.crt,b.key:*.b,b")
      assert.deepStrictEqual(serving.tlsSniCertKey, [
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
      [["--metric-retention=119s"], /at least 2 x --metric-resolution \(120s\), found 119s/],
      [["--kubelet-request-timeout=0s"], /more than 0s/],
      [["--kubelet-request-timeout=-1s"], /Go duration/],
      [["--kubelet-insecure-tls", "--kubelet-certificate-authority=ca"], /exclude each other/],
      [["--kubelet-client-key=key"], /need each other/],
      [["--bind-address=foo"], /--bind-address: expected an IP address, found "foo"/],
      [["--bind-address=10.0.0.1:443"], /an IP address, found "10.0.0.1:443"/],
      [["--bind-address=fe80::1%eth0"], /an IP address, found "fe80::1%eth0"/],
      [["--kubelet-preferred-address-types="], /a comma-separated list of Hostname, .*, found ""/],
      [["--tls-min-version=TLS1.2"], /one of VersionTLS10, .*, found "TLS1.2"/],
      [["--tls-curve-preferences=P256"], /23, 24, .*, found "P256"/],
      [["--goaway-chance=0.5"], /a number from 0 to 0.02, found "0.5"/],
      [["--strict-transport-security-directives=max-age=x"], /max-age=SECONDS, .*, found "max-age=x"/],
      [["--vmodule=Reflector"], /PATTERN=NUMBER .*, found "Reflector"/],
      [["--logging-format=xml"], /one of text, json, found "xml"/],
      [["--kubelet-insecure-tls=yes"], /true or false, found "yes"/],
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

  it.effect("refuses flags it does not know together with values it cannot read", () =>
    Effect.map(
      problems("--metric-resolution=5s", "--secure-prt=1", "--kubelet-port=x"),
      (problems) =>
        assert.deepStrictEqual(problems, [
          "--secure-prt: there is no such flag; did you mean --secure-port?",
          "--kubelet-port: expected a port, 1 to 65535, found \"x\"",
          "--metric-resolution: expected at least 10s, found 5s",
          "--kubelet-request-timeout: expected at most 0.9 x --metric-resolution (4.5s), found 10s"
        ])
    ))

  it.effect.each(["1", "t", "T", "TRUE", "true", "True"])(
    "takes %s for true",
    (text) => Effect.map(read(`--kubelet-insecure-tls=${text}`), ({ kubelet }) => assert.isTrue(kubelet.insecure))
  )

  it.effect.each(["0", "f", "F", "FALSE", "false", "False"])(
    "takes %s for false",
    (text) =>
      Effect.map(
        read("--kubelet-insecure-tls", `--kubelet-insecure-tls=${text}`),
        ({ kubelet }) => assert.isFalse(kubelet.insecure)
      )
  )

  it.effect.each([["::1", "::1"], [" 127.0.0.1", "127.0.0.1"], ["", "0.0.0.0"]] as const)(
    "takes %j for an address to listen on, as Go does",
    ([text, address]) =>
      Effect.map(read(`--bind-address=${text}`), ({ serving }) => assert.strictEqual(serving.bindAddress, address))
  )

  it.effect("takes --vmodule as klog does", () =>
    Effect.map(read("--vmodule=Reflector=4,Scrape*=1", "-v", "2"), ({ logging }) => {
      assert.strictEqual(logging.verbosity, 2)
      assert.deepStrictEqual(logging.modules, [
        { pattern: "Reflector", verbosity: 4 },
        { pattern: "Scrape*", verbosity: 1 }
      ])
    }))
})
