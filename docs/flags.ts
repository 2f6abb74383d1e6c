/** The flag reference, from the table that the command line itself is read by: `npm run docs` writes docs/flags.md. */
import { writeFileSync } from "node:fs"
import * as DoctorSettings from "../src/doctor/DoctorSettings.ts"
import * as InertSettings from "../src/InertSettings.ts"
import { topics } from "../src/Options.ts"
import type { Setting } from "../src/Setting.ts"

export const file = new URL("flags.md", import.meta.url)

const head = `# Flags

Written by \`npm run docs\` from the table that the command line is read by. Names, defaults and meanings are those of
kubernetes-sigs/metrics-server, so that its manifests work unchanged; \`--metric-retention\`, \`--publish-swap\`,
\`--runtime-config\` and \`--kubelet-max-idle-connections\` are ours. Values are Go's: durations such as \`1m30s\`, switches as \`--flag\`, \`--flag=false\` or
\`--flag=f\`, lists with commas or in several flags, \`-v2\`, \`-v=2\` or \`--v 2\`. Everything that is wrong with a command
line is told at once.
`

const row = (cells: ReadonlyArray<string>) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`

const flagOf = ({ letter, metavar, name }: Setting<unknown>) =>
  [...letter === undefined ? [] : [`\`-${letter}\``], `\`--${name}${metavar === undefined ? "" : ` ${metavar}`}\``]
    .join(", ")

const table = (settings: ReadonlyArray<Setting<unknown>>) => [
  row(["flag", "meaning", "default"]),
  row(["---", "---", "---"]),
  ...settings.map((setting) =>
    row([flagOf(setting), setting.meaning, setting.fallback === "" ? "" : `\`${setting.fallback}\``])
  )
]

export const text = () =>
  [
    head,
    ...Object.values(topics).flatMap((
      { settings, title }
    ) => [`## ${title}`, "", ...table(Object.values(settings)), ""]),
    `## ${DoctorSettings.title}`,
    "",
    "`metrics-server doctor` ([doctor.md](doctor.md)) takes all flags of the server, and these:",
    "",
    ...table(Object.values(DoctorSettings.settings)),
    "",
    "## Without effect",
    "",
    "The original has these, mostly because its framework has them. They are understood and checked here, and those that",
    "are given are named in one warning when the server starts.",
    "",
    row(["flags", "why"]),
    row(["---", "---"]),
    ...InertSettings.groups.map(({ settings, why }) =>
      row([settings.map(({ name }) => `\`--${name}\``).join(", "), why])
    ),
    ""
  ].join("\n")

if (import.meta.main) writeFileSync(file, text())
