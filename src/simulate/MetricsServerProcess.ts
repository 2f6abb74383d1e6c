/** The metrics server as a process of its own, run as it is deployed. */
import { Cause, Console, Effect, Path, Schema, Stream } from "effect"
import { ChildProcess } from "effect/process"
import * as Loopback from "./Loopback.ts"
import type { OutputDirectory } from "./OutputDirectory.ts"

/** The metrics server ended by itself. */
export class MetricsServerEnded extends Schema.TaggedError<MetricsServerEnded>()("MetricsServerEnded", {
  exitCode: Schema.Number
}) {
  override get message() {
    return `the metrics server ended with exit code ${this.exitCode}: its last lines above say why`
  }
}

/** The port the flags choose, or else a free one. */
export const choosePort = (flags: ReadonlyArray<string>) => {
  const chosen = /--secure-port[= ](\d+)/g[Symbol.matchAll](flags.join(" "))
  const last = [...chosen].at(-1)?.[1]
  return last === undefined
    ? Effect.map(Effect.scoped(Loopback.listen(0, (socket) => socket.destroy())), ({ port }) => port)
    : Effect.succeed(Number(last))
}

interface Options {
  readonly port: number
  readonly directory: OutputDirectory
  /** Come last, so that they win. */
  readonly flags: ReadonlyArray<string>
}

/** What it needs to know of its cluster. */
export const commandLine = ({ directory, flags, port }: Options) => [
  `--kubeconfig=${directory.metricsServerKubeconfig}`,
  `--secure-port=${port}`,
  "--bind-address=127.0.0.1",
  `--cert-dir=${directory.certDir}`,
  "--metric-resolution=10s",
  "--kubelet-request-timeout=9s",
  ...isInsecure(flags) ? [] : [`--kubelet-certificate-authority=${directory.kubeletCa}`],
  "--kubelet-preferred-address-types=InternalIP",
  "--kubelet-use-node-status-port",
  ...flags
]

/** Then an authority would contradict it. */
const isInsecure = (flags: ReadonlyArray<string>) =>
  flags.some((flag) => /^--kubelet-insecure-tls(=(1|t|true))?$/i.test(flag))

/** Starts it. Leaving the scope ends it, politely first. */
export const spawn = Effect.fnUntraced(function*(options: Options) {
  const path = yield* Path.Path
  const main = yield* path.fromFileUrl(new URL("../main.ts", import.meta.url))
  return yield* ChildProcess.make(process.execPath, [main, ...commandLine(options)], {
    stdin: "ignore",
    forceKillAfter: "20 seconds"
  })
})

/** Starts it and passes its lines on; the effect inside fails when it ends. */
export const start = Effect.fnUntraced(function*(options: Options) {
  const handle = yield* spawn(options)
  yield* handle.all.pipe(
    Stream.decodeText,
    Stream.splitLines,
    Stream.runForEach((line) => Console.error(`metrics-server | ${line}`)),
    Effect.catchCause((cause) => Effect.logWarning("its output is lost", Cause.pretty(cause))),
    Effect.forkScoped
  )
  return {
    ended: Effect.flatMap(handle.exitCode, (exitCode) => Effect.fail(new MetricsServerEnded({ exitCode })))
  }
})
