/** The command line: every flag with its default and meaning; all that is wrong with it is reported at once. */
import { Duration, Effect, Option, Record, Result, Schema } from "effect"
import * as AccessSettings from "./serve/auth/AccessSettings.ts"
import * as TlsSettings from "./serve/TlsSettings.ts"
import * as Setting from "./Setting.ts"

/** The command line cannot be used. */
export class OptionsError extends Schema.TaggedError<OptionsError>()("OptionsError", {
  problems: Schema.Array(Schema.String)
}) {
  override get message() {
    return `invalid options:\n${this.problems.map((problem) => `  ${problem}`).join("\n")}`
  }
}

const addressTypes = ["Hostname", "InternalDNS", "InternalIP", "ExternalDNS", "ExternalIP"] as const

/** Names, defaults and meanings of the original, so that its manifests work unchanged; ours are marked. */
const settings = {
  metricResolution: Setting.duration("metric-resolution", "Pause between two scrapes of a node, at least 10s", "60s"),
  // Ours: the original forgets a node and its pods at the first failed scrape.
  metricRetention: Setting.optionalDuration(
    "metric-retention",
    "How long the last good value stands while no newer one can be computed (default four resolutions)"
  ),
  kubeconfig: Setting.optionalText(
    "kubeconfig",
    "FILE",
    "How to reach the kube-apiserver, and our identity there and at kubelets (default the pod's service account)"
  ),
  nodeSelector: Setting.alias(
    "l",
    Setting.labelSelector("node-selector", "Scrape and serve only nodes with these labels")
  ),
  kubeletPort: Setting.port("kubelet-port", "Port of the kubelets", 10250),
  kubeletUseNodeStatusPort: Setting.boolean(
    "kubelet-use-node-status-port",
    "Prefer the port that the node's status names to --kubelet-port"
  ),
  kubeletPreferredAddressTypes: Setting.words(
    "kubelet-preferred-address-types",
    "Which of a node's addresses to dial, best first",
    addressTypes,
    addressTypes
  ),
  kubeletRequestTimeout: Setting.duration(
    "kubelet-request-timeout",
    "Bound of one scrape, at most 0.9 resolutions",
    "10s"
  ),
  kubeletInsecureTls: Setting.boolean("kubelet-insecure-tls", "Do not verify the certificates of kubelets"),
  kubeletCertificateAuthority: Setting.optionalText(
    "kubelet-certificate-authority",
    "FILE",
    "Authorities that sign the certificates of kubelets (default those of the kube-apiserver)"
  ),
  kubeletClientCertificate: Setting.optionalText(
    "kubelet-client-certificate",
    "FILE",
    "Certificate to show to kubelets"
  ),
  kubeletClientKey: Setting.optionalText("kubelet-client-key", "FILE", "Key of --kubelet-client-certificate"),
  kubeletCompletelyInsecure: Setting.boolean(
    "deprecated-kubelet-completely-insecure",
    "Read kubelets over plain HTTP and without credentials"
  ),
  securePort: Setting.port("secure-port", "Port to serve HTTPS on", 443),
  bindAddress: Setting.text("bind-address", "IP", "Address to serve HTTPS on", "0.0.0.0"),
  certDir: Setting.text(
    "cert-dir",
    "DIR",
    "Where the self-signed serving certificate is kept",
    "apiserver.local.config/certificates"
  ),
  tlsCertFile: Setting.optionalText("tls-cert-file", "FILE", "Serving certificate (default a self-signed one)"),
  tlsPrivateKeyFile: Setting.optionalText("tls-private-key-file", "FILE", "Key of --tls-cert-file"),
  // Ours: the original does not serve swap.
  publishSwap: Setting.optionalBoolean(
    "publish-swap",
    "Serve usage of swap wherever a kubelet reports it, or with =false nowhere (default for nodes that have swapped)"
  ),
  runtimeConfig: Setting.switches("runtime-config", "Which versions of the API to serve", {
    "metrics.k8s.io/v1": "v1",
    "metrics.k8s.io/v1beta1": "v1beta1"
  }),
  maxRequestsInflight: Setting.count(
    "max-requests-inflight",
    "How many requests may be under way; the others are told to come again. 0: any number",
    400
  ),
  requestTimeout: Setting.duration("request-timeout", "How long a request may take", "1m0s"),
  ...TlsSettings.settings,
  ...AccessSettings.settings
}

type Settings = typeof settings
type Given = { readonly [Name in keyof Settings]: ReadonlyArray<string | boolean> }

export type Options = {
  readonly [Name in keyof Settings]: Settings[Name] extends Setting.Setting<infer A> ? A : never
}

/** For `Command.make`: what stood on the command line, not yet read. */
export const flags = Record.map(settings, (setting) => setting.flag) as {
  readonly [Name in keyof Settings]: Settings[Name]["flag"]
}

/** What stood on the command line, as options. */
export const read = (given: Given): Effect.Effect<Options, OptionsError> => {
  const results = Record.map(
    settings as Record<string, Setting.Setting<unknown>>,
    (setting, name) => ({ found: setting.read(given[name as keyof Settings]), fallback: setting.read([]) })
  )
  const unreadable = Object.values(results).map(({ found }) => found).filter(Result.isFailure).map((it) => it.failure)
  const options = Record.map(
    results,
    ({ fallback, found }) => Result.getOrThrow(Result.isSuccess(found) ? found : fallback)
  ) as Options
  const problems = [...unreadable, ...contradictions(options)]
  return problems.length > 0 ? Effect.fail(new OptionsError({ problems })) : Effect.succeed(options)
}

/** What makes no sense together, by the original's rules. */
const contradictions = (options: Options): ReadonlyArray<string> => {
  const resolution = Duration.toSeconds(options.metricResolution)
  const timeout = Duration.toSeconds(options.kubeletRequestTimeout)
  const someKubeletTls = options.kubeletInsecureTls || [
    options.kubeletCertificateAuthority,
    options.kubeletClientCertificate,
    options.kubeletClientKey
  ].some(Option.isSome)
  const differ = (a: Option.Option<string>, b: Option.Option<string>) => Option.isSome(a) !== Option.isSome(b)
  const rules: ReadonlyArray<readonly [broken: boolean, message: string]> = [
    [resolution < 10, `--metric-resolution: expected at least 10s, found ${resolution}s`],
    [timeout <= 0, "--kubelet-request-timeout: expected more than 0s"],
    [
      timeout > 0.9 * resolution,
      `--kubelet-request-timeout: expected at most 0.9 x --metric-resolution (${0.9 * resolution}s), found ${timeout}s`
    ],
    [
      options.kubeletInsecureTls && Option.isSome(options.kubeletCertificateAuthority),
      "--kubelet-certificate-authority and --kubelet-insecure-tls exclude each other"
    ],
    [
      differ(options.kubeletClientCertificate, options.kubeletClientKey),
      "--kubelet-client-certificate and --kubelet-client-key need each other"
    ],
    [
      options.kubeletCompletelyInsecure && someKubeletTls,
      "--deprecated-kubelet-completely-insecure excludes every other flag about TLS to kubelets"
    ],
    [
      differ(options.tlsCertFile, options.tlsPrivateKeyFile),
      "--tls-cert-file and --tls-private-key-file need each other"
    ]
  ]
  return rules.filter(([broken]) => broken).map(([, message]) => message)
}
