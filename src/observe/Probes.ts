/** The paths that probes ask, and the texts they get, as from a kube-apiserver. */
import { Effect } from "effect"
import * as Answer from "../serve/Answer.ts"
import type { Route } from "../serve/Route.ts"
import { type Check, Health, type Probe } from "./Health.ts"

/** `/livez`, `/readyz` and `/healthz`, and below them every check alone. */
export const routes = Effect.map(
  Health,
  ({ checks }) =>
    (["livez", "readyz", "healthz"] as const).flatMap((probe): ReadonlyArray<Route> => [
      {
        path: `/${probe}`,
        respond: ({ query }) =>
          Effect.map(examine(checks[probe]), (findings) => {
            const options = { verbose: query.has("verbose"), exclude: query.getAll("exclude") }
            const { healthy, text } = report(probe, findings, options)
            return Answer.text(text, healthy ? 200 : 500)
          })
      },
      ...checks[probe].map(({ name, problem }): Route => ({
        path: `/${probe}/${name}`,
        respond: () =>
          Effect.map(problem, (problem) =>
            problem === undefined
              ? Answer.word("ok")
              : Answer.text(`internal server error: ${problem}\n`, 500))
      }))
    ])
)

/** What a check found: its problem, if any. */
export interface Finding {
  readonly name: string
  readonly problem: string | undefined
}

const examine = (checks: ReadonlyArray<Check>): Effect.Effect<ReadonlyArray<Finding>> =>
  Effect.forEach(checks, ({ name, problem }) => Effect.map(problem, (problem) => ({ name, problem })))

/** "ok", or every check when one fails or when asked to. Everyone may ask, so problems are told only to who may see one. */
export const report = (
  probe: Probe,
  findings: ReadonlyArray<Finding>,
  { exclude, verbose }: { readonly verbose: boolean; readonly exclude: ReadonlyArray<string> }
) => {
  const isExcluded = ({ name }: Finding) => exclude.includes(name)
  const healthy = findings.every((finding) => isExcluded(finding) || finding.problem === undefined)
  if (healthy && !verbose) return { healthy, text: "ok" }
  const lines = findings.map((finding) =>
    isExcluded(finding)
      ? `[+]${finding.name} excluded: ok`
      : finding.problem === undefined
      ? `[+]${finding.name} ok`
      : `[-]${finding.name} failed: reason withheld`
  )
  const unknown = [...new Set(exclude)].filter((name) => findings.every((finding) => finding.name !== name))
  const warning = unknown.length === 0 ? [] : [
    `warn: some health checks cannot be excluded: no matches for ${unknown.map((it) => JSON.stringify(it)).join(",")}`
  ]
  return { healthy, text: [...lines, ...warning, `${probe} check ${healthy ? "passed" : "failed"}`, ""].join("\n") }
}
