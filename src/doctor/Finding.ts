/** What the doctor finds: of what, what was seen, and what to do about it. */
import { Schema } from "effect"

/** Worst first. Unknown is what could not be checked. */
export const severities = ["broken", "warning", "unknown", "ok"] as const

/** From cause to effect: while one is broken, those behind it seldom do well. */
export const checks = [
  "kube-apiserver",
  "rights",
  "aggregation",
  "api-services",
  "serving-certificate",
  "kubelets",
  "readings",
  "pods"
] as const
export type Check = typeof checks[number]

export const Finding = Schema.Struct({
  check: Schema.Literals(checks),
  severity: Schema.Literals(severities),
  subject: Schema.String,
  seen: Schema.String,
  /** Absent where all is well. */
  remedy: Schema.optionalKey(Schema.String)
})
export type Finding = typeof Finding.Type

/** A check could not be made, which is no verdict. */
export class Unchecked extends Schema.TaggedError<Unchecked>()("Unchecked", {
  subject: Schema.String,
  /** Why, in a clause. */
  detail: Schema.String,
  remedy: Schema.String
}) {
  override get message() {
    return `${this.subject} could not be checked: ${this.detail}; ${this.remedy}`
  }
}

/** What stands behind something that is not to be reached, which is told elsewhere. */
export const behind = (what: string) =>
  new Unchecked({ subject: "all of it", detail: `there is no way to ${what}`, remedy: "mend that first" })

/** Makes the findings of one check. */
export const of = (check: Check) => {
  const make = (severity: Finding["severity"]) => (subject: string, seen: string, remedy: string): Finding => ({
    check,
    severity,
    subject,
    seen,
    remedy
  })
  return {
    broken: make("broken"),
    warning: make("warning"),
    unknown: ({ detail, remedy, subject }: Unchecked) =>
      make("unknown")(subject, `could not be checked: ${detail}`, remedy),
    ok: (subject: string, seen: string): Finding => ({ check, severity: "ok", subject, seen })
  }
}

/** Worst first, then from cause to effect; of one check as it told them. */
export const sort = (findings: ReadonlyArray<Finding>) => {
  const rank = ({ check, severity }: Finding) => severities.indexOf(severity) * checks.length + checks.indexOf(check)
  return findings.toSorted((a, b) => rank(a) - rank(b))
}

/** Of thousands the first few tell it all. */
const mostExamples = 3

export const examples = (names: ReadonlyArray<string>) =>
  names.slice(0, mostExamples).join(", ") + (names.length > mostExamples ? ", ..." : "")
