/**
 * YAML as the kube-apiserver writes it: keys sorted, sequences not indented, long lines folded.
 *
 * The rules of quoting and folding are those of gopkg.in/yaml.v2, whose lines clients compare; no library for Node.js
 * breaks lines where it does.
 */

/** The text of a JSON value. */
export const stringify = (value: unknown): string =>
  isNested(value) ? `${block(value, 0)}\n` : `${scalar(value, 0, 2)}\n`

type Nested = ReadonlyArray<unknown> | { readonly [key: string]: unknown }

const isNested = (value: unknown): value is Nested =>
  typeof value === "object" && value !== null && Object.keys(value).length > 0

const block = (value: Nested, indent: number): string =>
  Array.isArray(value) ? sequence(value, indent) : mapping(value as { readonly [key: string]: unknown }, indent)

const mapping = (value: { readonly [key: string]: unknown }, indent: number) => {
  const lines: Array<string> = []
  for (const key of Object.keys(value).sort()) {
    const start = `${" ".repeat(indent)}${scalar(key, indent, indent)}:`
    const member = value[key]
    lines.push(
      isNested(member)
        ? `${start}\n${block(member, Array.isArray(member) ? indent : indent + 2)}`
        : `${start} ${scalar(member, start.length + 1, indent + 2)}`
    )
  }
  return lines.join("\n")
}

/** Its items stand behind a dash, the first line of a nested one too. */
const sequence = (items: ReadonlyArray<unknown>, indent: number) => {
  const start = `${" ".repeat(indent)}- `
  return items.map((item) =>
    start + (isNested(item) ? block(item, indent + 2).slice(indent + 2) : scalar(item, indent + 2, indent + 2))
  ).join("\n")
}

const scalar = (value: unknown, column: number, indent: number): string => {
  if (Array.isArray(value)) return "[]"
  if (typeof value === "object" && value !== null) return "{}"
  if (typeof value !== "string") return String(value)
  // In this order: what would be read as something else than a text stands in double quotes.
  if (readsAsOther.test(value) || unprintable.test(value)) return JSON.stringify(value)
  if (!needsQuotes.test(value)) return fold(value, column, indent)
  return `'${fold(value.replaceAll("'", "''"), column + 1, indent)}'`
}

/** Null, booleans, numbers of any base, times and the merge key of YAML 1.1. */
const readsAsOther = new RegExp(
  `^(?:${
    [
      "~?|null|Null|NULL|<<",
      "y|Y|yes|Yes|YES|on|On|ON|true|True|TRUE",
      "n|N|no|No|NO|off|Off|OFF|false|False|FALSE",
      "[-+]?(?:\\.inf|\\.Inf|\\.INF)|\\.nan|\\.NaN|\\.NAN",
      "[-+]?0[xX][0-9a-fA-F_]+|[-+]?0[bB][01_]+|[-+]?0[oO]?[0-7_]+|[-+]?[0-9][0-9_]*",
      "[-+]?(?:\\.[0-9_]+|[0-9][0-9_]*(?:\\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?",
      "[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\\.[0-9_]*)?",
      "\\d{4}-\\d\\d?-\\d\\d?(?:[Tt ]\\d\\d?:\\d\\d?:\\d\\d?(?:\\.\\d*)?(?:Z|[-+]\\d\\d?:\\d\\d)?)?"
    ].join("|")
  })$`
)

const unprintable = /[^\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/

/** Where it could be taken for syntax. */
const needsQuotes = /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[-?:](?: |$)| )|: |:$| #| $/

const width = 80

/** Breaks at the first single space beyond the width; it is the line break that stands for the space. */
const fold = (text: string, start: number, indent: number) => {
  if (start + text.length <= width) return text
  let folded = ""
  let column = start
  for (let i = 0; i < text.length; i++) {
    const breaks = column > width && text[i] === " " && i > 0 && i < text.length - 1 &&
      text[i - 1] !== " " && text[i + 1] !== " "
    folded += breaks ? `\n${" ".repeat(indent)}` : text[i]
    column = breaks ? indent : column + 1
  }
  return folded
}
