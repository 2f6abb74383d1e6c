/** The command line of the metrics server: options -> layers -> launch. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Console, Effect, Exit, Layer, Stdio } from "effect"
import { Command } from "effect/cli"
import { setFlagsFromString } from "node:v8"
import * as Doctor from "./doctor/Doctor.ts"
import * as DoctorOptions from "./doctor/DoctorOptions.ts"
import * as DoctorSettings from "./doctor/DoctorSettings.ts"
import * as GoFlags from "./GoFlags.ts"
import * as Help from "./Help.ts"
import * as MetricsServer from "./MetricsServer.ts"
import * as Logging from "./observe/Logging.ts"
import * as Options from "./Options.ts"
import * as Setting from "./Setting.ts"

// The one WebAssembly here reads the kube-apiserver's answers. They are few: optimizing it costs 10 MB and gains nothing.
setFlagsFromString("--no-wasm-tier-up")
setFlagsFromString("--no-wasm-dynamic-tiering")

const known: GoFlags.Known = {
  flags: Options.settings,
  requests: [Setting.alias("h", Setting.boolean("help", "")), Setting.boolean("version", "")],
  commands: new Map([["doctor", Object.values(DoctorSettings.settings)]])
}

/** Serves until it is told to stop. What is wrong with the command line as a whole is told with what is wrong with its flags. */
const metricsServer = (problems: ReadonlyArray<string>) =>
  Command.make("metrics-server", Options.flags, (given) =>
    Options.read(given, problems).pipe(
      Effect.tapError((error) => Console.error(error.message)),
      Effect.flatMap(serve)
    )).pipe(
      Command.withDescription("Serves metrics.k8s.io: what the nodes and pods of a Kubernetes cluster use right now"),
      Command.withSubcommands([doctor(problems)])
    )

/** Looks for what is wrong, run with the flags that the server has. */
const doctor = (problems: ReadonlyArray<string>) =>
  Command.make("doctor", DoctorOptions.flags, (given) =>
    DoctorOptions.read(given, problems).pipe(
      Effect.tapError((error) => Console.error(error.message)),
      Effect.flatMap((options) => Effect.provide(Doctor.run(options), Logging.layer(options.logging, options.inert))),
      // A server that is told to stop has done its work; who is examined is not well for that.
      Effect.onInterrupt(() => Effect.sync(() => process.exitCode = 1))
    )).pipe(
      Command.withDescription("Checks what operators trip over, and says what to do: give it the flags of the server")
    )

const serve = (options: Options.Options) =>
  Layer.launch(MetricsServer.layer(options)).pipe(
    Effect.tapError((error) => Effect.logFatal(error.message)),
    Effect.provide(Logging.layer(options.logging, options.inert))
  )

const main = Effect.gen(function*() {
  const { args } = yield* Stdio.Stdio
  const line = GoFlags.normalize(yield* args, known)
  yield* Command.runWith(metricsServer(line.problems), { version: MetricsServer.version })(line.args)
})

main.pipe(
  // Errors have been told where they are known; a defect is known nowhere.
  Effect.tapDefect((defect) => Console.error(Cause.pretty(Cause.die(defect)))),
  Effect.provide([NodeServices.layer, Help.layer]),
  NodeRuntime.runMain({
    disableErrorReporting: true,
    teardown: (exit, onExit) =>
      onExit(Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause) ? Number(process.exitCode ?? 0) : 1)
  })
)
