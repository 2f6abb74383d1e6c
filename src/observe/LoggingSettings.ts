/** The flags about log lines: how many, and in which form. */
import { Option } from "effect"
import * as ListSetting from "../ListSetting.ts"
import * as Setting from "../Setting.ts"

export const title = "Logging"

export const settings = {
  verbosity: Setting.alias(
    "v",
    Setting.count(
      "v",
      "How much to log: 0 what operators should know, 1 to 3 more, from 4 on every scrape and request",
      0
    )
  ),
  modules: ListSetting.formed("vmodule", "Another --v for services whose names match, such as Reflector=4,Scrape*=1", {
    metavar: "PATTERN=NUMBER",
    expected: "a comma-separated list of PATTERN=NUMBER such as Reflector=4",
    parse: (text) => {
      const [, pattern, level] = /^([^=,]+)=(\d{1,9})$/.exec(text) ?? []
      return pattern === undefined ? Option.none() : Option.some({ pattern, verbosity: Number(level) })
    }
  }),
  format: Setting.word("logging-format", "Form of a log line: text is logfmt", ["text", "json"], "text")
}
