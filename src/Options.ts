/** The command line: every flag with its default and meaning, by topic; all that is wrong with it is reported at once. */
import { Duration, Effect, Option, Record, Result, Schema } from "effect"
import { Flag } from "effect/cli"
import * as InertSettings from "./InertSettings.ts"
import * as LoggingSettings from "./observe/LoggingSettings.ts"
import * as KubeletSettings from "./scrape/KubeletSettings.ts"
import * as AuthenticationSettings from "./serve/auth/AuthenticationSettings.ts"
import * as AuthorizationSettings from "./serve/auth/AuthorizationSettings.ts"
import * as FrontProxySettings from "./serve/auth/FrontProxySettings.ts"
import * as RequestSettings from "./serve/RequestSettings.ts"
import * as ServingSettings from "./serve/ServingSettings.ts"
import * as ServerSettings from "./ServerSettings.ts"
import type { Setting, Values } from "./Setting.ts"

/** The command line cannot be used. */
export class OptionsError extends Schema.TaggedError<OptionsError>()("OptionsError", {
  problems: Schema.Array(Schema.String)
}) {
  override get message() {
    return `invalid options:\n${this.problems.map((problem) => `  ${problem}`).join("\n")}`
  }
}

/** Names, defaults and meanings of the original, so that its manifests work unchanged; ours are marked. */
export const topics = {
  server: ServerSettings,
  kubelet: KubeletSettings,
  serving: ServingSettings,
  requests: RequestSettings,
  authentication: AuthenticationSettings,
  frontProxy: FrontProxySettings,
  authorization: AuthorizationSettings,
  logging: LoggingSettings
}

type Topics = typeof topics

export type Options = { readonly [Topic in keyof Topics]: Values<Topics[Topic]["settings"]> } & {
  /** Names of the flags that were given and do nothing here. */
  readonly inert: ReadonlyArray<string>
}

/** Every flag there is. */
export const settings: ReadonlyArray<Setting<unknown>> = [
  ...Object.values(topics).flatMap((topic): ReadonlyArray<Setting<unknown>> => Object.values(topic.settings)),
  ...InertSettings.settings
]

/** For `Command.make`: every occurrence of every flag, not yet read. */
export const flags = Record.fromEntries(settings.map(({ name }) => [name, Flag.atLeast(Flag.String(name), 0)]))

/** By the names of the flags. */
export type Given = Readonly<Record<string, ReadonlyArray<string>>>

/** A table, read: what is wrong joins the problems, and what holds where nothing is said stands in for it. */
export const values = <Settings extends Readonly<Record<string, Setting<unknown>>>>(
  settings: Settings,
  given: Given,
  problems: Array<string>
) =>
  Record.map(settings, ({ name, read }) =>
    Result.getOrElse(read(given[name] ?? []), (problem) => {
      problems.push(problem)
      return Result.getOrThrow(read([]))
    })) as Values<Settings>

/** What stood on the command line, as options. What is known to be wrong with it already is reported with the rest. */
export const read = (given: Given, known: ReadonlyArray<string> = []): Effect.Effect<Options, OptionsError> => {
  const problems = [...known]
  const read = Record.map(
    topics as Record<string, { readonly settings: Record<string, Setting<unknown>> }>,
    ({ settings }) => values(settings, given, problems)
  )
  const inert = InertSettings.settings.filter(({ name }) => (given[name] ?? []).length > 0)
  values(Record.fromEntries(inert.map((it) => [it.name, it])), given, problems)
  const options = { ...read, inert: inert.map(({ name }) => name) } as unknown as Options
  problems.push(...contradictions(options))
  return problems.length > 0 ? Effect.fail(new OptionsError({ problems })) : Effect.succeed(options)
}

/** What makes no sense together, by the original's rules and ours. */
const contradictions = ({ kubelet, server, serving }: Options): ReadonlyArray<string> => {
  const resolution = Duration.toSeconds(server.resolution)
  const timeout = Duration.toSeconds(kubelet.requestTimeout)
  const retention = Option.match(server.retention, { onNone: () => Infinity, onSome: Duration.toSeconds })
  const someKubeletTls = kubelet.insecure ||
    [kubelet.certificateAuthority, kubelet.clientCertificate, kubelet.clientKey].some(Option.isSome)
  const differ = (a: Option.Option<string>, b: Option.Option<string>) => Option.isSome(a) !== Option.isSome(b)
  const rules: ReadonlyArray<readonly [broken: boolean, message: string]> = [
    [resolution < 10, `--metric-resolution: expected at least 10s, found ${resolution}s`],
    [timeout <= 0, "--kubelet-request-timeout: expected more than 0s"],
    [
      timeout > 0.9 * resolution,
      `--kubelet-request-timeout: expected at most 0.9 x --metric-resolution (${0.9 * resolution}s), found ${timeout}s`
    ],
    // A scrape begins a resolution after the end of the one before: what is forgotten sooner is never the base of a window.
    [
      retention < 2 * resolution,
      `--metric-retention: expected at least 2 x --metric-resolution (${2 * resolution}s), found ${retention}s`
    ],
    [
      kubelet.insecure && Option.isSome(kubelet.certificateAuthority),
      "--kubelet-certificate-authority and --kubelet-insecure-tls exclude each other"
    ],
    [
      differ(kubelet.clientCertificate, kubelet.clientKey),
      "--kubelet-client-certificate and --kubelet-client-key need each other"
    ],
    [
      kubelet.completelyInsecure && someKubeletTls,
      "--deprecated-kubelet-completely-insecure excludes every other flag about TLS to kubelets"
    ],
    [differ(serving.certFile, serving.keyFile), "--tls-cert-file and --tls-private-key-file need each other"]
  ]
  return rules.filter(([broken]) => broken).map(([, message]) => message)
}
