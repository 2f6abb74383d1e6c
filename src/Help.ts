/** What the command line says of itself: flags by topic, the bare version, and errors without a page of help before them. */
import { Console, Layer, Option } from "effect"
import { CliConfig, CliOutput, GlobalFlag, type HelpDoc } from "effect/cli"
import * as DoctorSettings from "./doctor/DoctorSettings.ts"
import * as InertSettings from "./InertSettings.ts"
import { settings, topics } from "./Options.ts"
import type { Setting } from "./Setting.ts"

/** How a flag is written, and what is said of it. */
type Line = readonly [flag: string, meaning: string]

const meaningOf = ({ fallback, meaning }: Setting<unknown>) =>
  fallback === "" ? meaning : `${meaning} (default ${fallback})`

const lineOf = (setting: Setting<unknown>): Line => {
  const letter = setting.letter === undefined ? "    " : `-${setting.letter}, `
  return [`${letter}--${setting.name} ${setting.metavar ?? ""}`, meaningOf(setting)]
}

const letters = new Set(settings.map(({ letter }) => `-${letter}`))

/** A letter of --version is the verbosity's. */
const lineOfDoc = ({ aliases, description, name }: HelpDoc.FlagDoc): Line => {
  const letter = aliases.find((alias) => !letters.has(alias))
  return [`${letter === undefined ? "    " : `${letter}, `}--${name}`, Option.getOrElse(description, () => "")]
}

const section = (title: string, lines: ReadonlyArray<Line>) => {
  const width = Math.max(...lines.map(([flag]) => flag.length))
  return lines.length === 0 ?
    [] :
    ["", `${title}:`, ...lines.map(([flag, meaning]) => `  ${flag.padEnd(width + 2)}${meaning}`)]
}

const grouped = (docs: ReadonlyArray<HelpDoc.FlagDoc>) => {
  const wanted = new Set(docs.map(({ name }) => name))
  const ofTopics = [DoctorSettings, ...Object.values(topics)].map(({ settings, title }) => ({
    title,
    settings: (Object.values(settings) as ReadonlyArray<Setting<unknown>>).filter(({ name }) => wanted.delete(name))
  }))
  const inert = InertSettings.groups.map(({ settings, why }) => ({
    why,
    flags: settings.filter(({ name }) => wanted.delete(name)).map(({ name }) => `      --${name}`)
  })).filter(({ flags }) => flags.length > 0)
  return [
    ...section("Flags", docs.filter(({ name }) => wanted.has(name)).map(lineOfDoc)),
    ...ofTopics.flatMap(({ settings, title }) => section(`${title} flags`, settings.map(lineOf))),
    ...inert.length > 0 ? ["", "Flags that the original has, and that do nothing here:"] : [],
    ...inert.flatMap(({ flags, why }) => [`  ${why}`, ...flags])
  ]
}

const plain = CliOutput.defaultFormatter({ colors: false })

const formatter: CliOutput.Formatter = {
  ...plain,
  formatHelpDoc: (doc) =>
    [
      // Without a command it serves.
      plain.formatHelpDoc({
        ...doc,
        usage: doc.usage.replace("<subcommand>", "[subcommand]"),
        flags: [],
        globalFlags: []
      }),
      ...grouped(doc.flags),
      ...section("Other flags", (doc.globalFlags ?? []).map(lineOfDoc))
    ].join("\n"),
  formatVersion: (_, version) => `v${version}`
}

export const layer = Layer.mergeAll(
  CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version] }),
  CliOutput.layer(formatter),
  CliOutput.layerPresenter({
    present: (event) =>
      event._tag === "InvalidInvocation"
        ? Console.error(formatter.formatErrors(event.errors))
        : CliOutput.defaultPresenter.present(event)
  })
)
