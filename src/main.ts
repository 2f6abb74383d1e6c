/** The command line of the metrics server: options -> layers -> launch. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Console, Effect, Exit, Layer, Logger } from "effect"
import { CliError, Command } from "effect/cli"
import { setFlagsFromString } from "node:v8"
import * as MetricsServer from "./MetricsServer.ts"
import * as Options from "./Options.ts"

// The one WebAssembly here reads the kube-apiserver's answers. They are few: optimizing it costs 10 MB and gains nothing.
setFlagsFromString("--no-wasm-tier-up")
setFlagsFromString("--no-wasm-dynamic-tiering")

Command.make(
  "metrics-server",
  Options.flags,
  (given) => Options.read(given).pipe(Effect.flatMap((options) => Layer.launch(MetricsServer.layer(options))))
).pipe(
  Command.withDescription("Serves metrics.k8s.io: what the nodes and pods of a Kubernetes cluster use right now"),
  Command.run({ version: MetricsServer.version }),
  Effect.tapError((error) => {
    // What the command line got wrong it has said itself, below its help.
    if (CliError.isCliError(error)) return Effect.void
    return error._tag === "OptionsError" ? Console.error(error.message) : Effect.logFatal(error.message)
  }),
  Effect.provide([NodeServices.layer, Logger.layer([Logger.withConsoleError(Logger.formatLogFmt)])]),
  NodeRuntime.runMain({
    disableErrorReporting: true,
    teardown: (exit, onExit) => onExit(Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause) ? 0 : 1)
  })
)
