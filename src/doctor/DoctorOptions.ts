/** The command line of `doctor`: all flags of the server, of which it needs to know the same, and a few of its own. */
import { Effect, Record } from "effect"
import { Flag } from "effect/cli"
import * as Options from "../Options.ts"
import type { Values } from "../Setting.ts"
import { settings } from "./DoctorSettings.ts"

export type DoctorOptions = Options.Options & { readonly doctor: Values<typeof settings> }

/** For `Command.make`. */
export const flags = {
  ...Options.flags,
  ...Record.fromEntries(Object.values(settings).map(({ name }) => [name, Flag.atLeast(Flag.String(name), 0)]))
}

/** All that is wrong with any of them is reported at once. */
export const read = (
  given: Options.Given,
  known: ReadonlyArray<string>
): Effect.Effect<DoctorOptions, Options.OptionsError> => {
  const problems = [...known]
  const doctor = Options.values(settings, given, problems)
  return Effect.map(Options.read(given, problems), (options) => ({ ...options, doctor }))
}
