/** What happens when something is wrong, from the tables that the fault suite is run by: `npm run docs` writes docs/faults.md. */
import { Option } from "effect"
import { writeFileSync } from "node:fs"
import { advice } from "../src/scrape/KubeletError.ts"
import * as ApiCases from "../test/faults/ApiCases.ts"
import * as KubeletCases from "../test/faults/KubeletCases.ts"
import * as Scenarios from "../test/faults/Scenarios.ts"

export const file = new URL("faults.md", import.meta.url)

const row = (cells: ReadonlyArray<string>) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`

const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>) =>
  [row(head), row(head.map(() => "---")), ...rows.map(row), ""].join("\n")

const kubelets = table(
  ["a kubelet that", "its node", "its pods", "counted, logged and shown as", "fresh again"],
  KubeletCases.cases.map(({ does, node, passes, pods, reason, scrapes }) => [
    does,
    node,
    pods,
    reason === undefined ? "" : `\`${reason}\``,
    node === "advances" && pods === "advances"
      ? ""
      : `with the ${scrapes === 1 ? "first" : "second"} scrape ${passes ? "of its new state" : "after it"}`
  ])
)

const reasons = table(
  ["reason", "what to do"],
  [...new Set(KubeletCases.cases.flatMap(({ reason }) => reason ?? []))].map((
    reason
  ) => [`\`${reason}\``, advice[reason]])
)

const apis = table(
  ["an API that", "what changes meanwhile is known", "the log says, once"],
  ApiCases.cases.map(({ changes, does, fault, forgets, logged }) => [
    does,
    changes === "soon" ? "soon" : `afterwards, by a ${forgets ? "list" : "watch"}`,
    Option.isNone(fault) || logged !== "" ? `\`${logged}\`` : ""
  ])
)

const scenarios = (of: Readonly<Record<string, Scenarios.Scenario>>) =>
  table(
    ["", "meanwhile", "afterwards"],
    Object.values(of).map(({ afterwards, meanwhile, name }) => [name, meanwhile, afterwards])
  )

export const text = () =>
  `# Faults

Written by \`npm run docs\` from the tables that the fault suite is run by: a server in a process of its own, over real sockets
and TLS, in a simulated cluster whose faults are switched while it runs. \`npx vitest run test/faults\` shows that all of this
is so. Nothing here is measured in seconds of the wall clock: "with the first scrape" is the first that begins after the fault.

Whatever a kubelet does, what is served is the truth: every value that the suite sees of the nodes below is what their simulated
containers use.

## Kubelets

"Stands" is the last good value with its own timestamp, until \`--metric-retention\` is over; "advances" is a new value as ever,
with the kubelet's timestamp. Failed scrapes are counted by \`resource_metrics_scrape_failures_total{reason}\`, \`/debug/scrapes\`
shows reason and advice, and so does the log, when the state of a node changes and not with every scrape. No other node notices any
of it.

${kubelets}
${reasons}
## Nodes and pods

${scenarios(Scenarios.nodes)}
## The APIs of nodes and pods

All of their open watches break before each of these. Meanwhile every node and pod that is known stays served, as fresh as ever,
and \`/readyz\` and \`/livez\` are 200. While the API is not followed \`resource_metrics_watch_healthy\` is 0; when it is over the log
says that it is followed again, after a pause of at most half a minute.

${apis}
## The kube-apiserver

${scenarios(Scenarios.apiServer)}
## The server itself

${scenarios(Scenarios.ourselves)}`

if (import.meta.main) writeFileSync(file, text())
