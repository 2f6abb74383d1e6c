/** The flags of `doctor` besides those of the server: what it checks, and how it tells. */
import * as ListSetting from "../ListSetting.ts"
import * as Setting from "../Setting.ts"
import { checks } from "./Finding.ts"

export const title = "Doctor"

export const settings = {
  output: Setting.alias("o", Setting.word("output", "Form of the report: text or json", ["text", "json"], "text")),
  checks: ListSetting.words("checks", "What to check, besides whether the kube-apiserver is reached", checks, checks)
}
