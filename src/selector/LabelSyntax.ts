/** What a label's key and value may look like, and what the kube-apiserver says of one that may not. */

// k8s.io/apimachinery/pkg/util/validation: clients show these texts, so they are kept word for word.
const nameFormat = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
const valueFormat = `(${nameFormat})?`
const domainFormat = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"

const characters =
  "consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"

const mismatch = (rule: string, format: string, examples: ReadonlyArray<string>) =>
  `${rule} (e.g. ${examples.map((it) => `'${it}', `).join(" or ")}regex used for validation is '${format}')`

const nameMismatch = mismatch(`must ${characters}`, nameFormat, ["MyName", "my.name", "123-abc"])

const valueMismatch = mismatch(
  `a valid label must be an empty string or ${characters}`,
  valueFormat,
  ["MyValue", "my_value", "12345"]
)

const domainMismatch = mismatch(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', " +
    "and must start and end with an alphanumeric character",
  domainFormat,
  ["example.com"]
)

const empty = "must be non-empty"
const tooLong = (limit: number) => `must be no more than ${limit} characters`

const isWhole = (format: string) => {
  const pattern = new RegExp(`^${format}$`)
  return (text: string) => pattern.test(text)
}
const isName = isWhole(nameFormat)
const isValue = isWhole(valueFormat)
const isDomain = isWhole(domainFormat)

/** What is wrong with a label's key; nothing when it is valid. */
export const keyProblems = (key: string): ReadonlyArray<string> => {
  const parts = key.split("/")
  if (parts.length > 2) {
    return [
      `a qualified name ${nameMismatch} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`
    ]
  }
  const name = parts[parts.length - 1] ?? ""
  const problems = nameProblems(name).map((it) => `name part ${it}`)
  return parts.length === 1
    ? problems
    : [...prefixProblems(parts[0] ?? "").map((it) => `prefix part ${it}`), ...problems]
}

const nameProblems = (name: string) => [
  ...name === "" ? [empty] : [],
  ...name.length > 63 ? [tooLong(63)] : [],
  ...isName(name) ? [] : [nameMismatch]
]

const prefixProblems = (prefix: string) =>
  prefix === "" ? [empty] : [
    ...prefix.length > 253 ? [tooLong(253)] : [],
    ...isDomain(prefix) ? [] : [domainMismatch]
  ]

/** What is wrong with a label's value; nothing when it is valid. */
export const valueProblems = (value: string): ReadonlyArray<string> => [
  ...value.length > 63 ? [tooLong(63)] : [],
  ...isValue(value) ? [] : [valueMismatch]
]
