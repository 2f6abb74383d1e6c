/** The paths that probes ask, and the texts they get, as from a kube-apiserver; to whom may know they also say why. */
import { Effect } from "effect"
import * as Answer from "../serve/Answer.ts"
import { Access } from "../serve/auth/Access.ts"
import type { User } from "../serve/auth/User.ts"
import type { Request, Route } from "../serve/Route.ts"
import { type Check, Health, type Probe, type Problem } from "./Health.ts"
import * as Scrapes from "./Scrapes.ts"

/** `/livez`, `/readyz` and `/healthz`, and below them every check alone. */
export const routes = Effect.gen(function*() {
  const { checks } = yield* Health
  const access = yield* Access

  /** Whoever may ask, problems are told to those who could find them out anyhow. */
  const mayKnowWhy = (user: User) => access.mayGet(user, Scrapes.path)

  const respond = (probe: Probe) =>
    Effect.fnUntraced(function*({ query, user }: Request) {
      const findings = yield* examine(checks[probe])
      const options = { verbose: query.has("verbose"), exclude: query.getAll("exclude") }
      const healthy = isHealthy(findings, options)
      const reasons = !healthy && (yield* mayKnowWhy(user))
      return Answer.text(report(probe, findings, { ...options, reasons }), healthy ? 200 : 500)
    })

  const respondAlone = ({ problem }: Check) =>
    Effect.fnUntraced(function*({ user }: Request) {
      const found = yield* problem
      if (found === undefined) return Answer.word("ok")
      return Answer.text(`internal server error: ${reason(found, yield* mayKnowWhy(user))}\n`, 500)
    })

  return (["livez", "readyz", "healthz"] as const).flatMap((probe): ReadonlyArray<Route> => [
    { path: `/${probe}`, respond: respond(probe) },
    ...checks[probe].map((check): Route => ({ path: `/${probe}/${check.name}`, respond: respondAlone(check) }))
  ])
})

/** What a check found: its problem, if any. */
export interface Finding {
  readonly name: string
  readonly problem: Problem | undefined
}

const examine = (checks: ReadonlyArray<Check>): Effect.Effect<ReadonlyArray<Finding>> =>
  Effect.forEach(checks, ({ name, problem }) => Effect.map(problem, (problem) => ({ name, problem })))

const isHealthy = (findings: ReadonlyArray<Finding>, { exclude }: { readonly exclude: ReadonlyArray<string> }) =>
  findings.every(({ name, problem }) => problem === undefined || exclude.includes(name))

const reason = ({ causes, message }: Problem, isTold: boolean) =>
  isTold ? [message, ...causes.map((cause) => `    ${cause}`)].join("\n") : "reason withheld"

/** "ok", or every check when one fails or when asked to. */
export const report = (
  probe: Probe,
  findings: ReadonlyArray<Finding>,
  options: {
    readonly verbose: boolean
    readonly exclude: ReadonlyArray<string>
    /** Whether it is told why a check fails. */
    readonly reasons: boolean
  }
) => {
  const { exclude, reasons, verbose } = options
  const healthy = isHealthy(findings, options)
  if (healthy && !verbose) return "ok"
  const checks = findings.map(({ name, problem }) => {
    if (exclude.includes(name)) return `[+]${name} excluded: ok`
    if (problem === undefined) return `[+]${name} ok`
    return `[-]${name} failed: ${reason(problem, reasons)}`
  })
  const unknown = [...new Set(exclude)].filter((name) => findings.every((finding) => finding.name !== name))
  const warning = unknown.length === 0 ? [] : [
    `warn: some health checks cannot be excluded: no matches for ${unknown.map((it) => JSON.stringify(it)).join(",")}`
  ]
  return [...checks, ...warning, `${probe} check ${healthy ? "passed" : "failed"}`, ""].join("\n")
}
