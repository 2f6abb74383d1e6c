/** JSON, indented JSON and YAML: documents as text, and those with many items some items at a time. */
import type { Document, Many } from "./Document.ts"
import * as Yaml from "./Yaml.ts"

export type Form = "json" | "indented" | "yaml"

/** How a list is written by itself, and as a member of a document. */
interface Manner {
  write(json: unknown): string
  /** How a member ends that is an empty list. */
  readonly empty: string
  readonly begin: string
  /** Items of a list, at least one. */
  items(json: unknown): string
  readonly between: string
  readonly end: string
}

const manners: Readonly<Record<Form, Manner>> = {
  json: {
    write: (json) => `${JSON.stringify(json)}\n`,
    empty: "[]",
    begin: "[",
    items: (json) => JSON.stringify(json).slice(1, -1),
    between: ",",
    end: "]"
  },
  /** As the kube-apiserver writes for people, without a newline at the end. */
  indented: {
    write: (json) => JSON.stringify(json, undefined, 2),
    empty: "[]",
    begin: "[\n",
    items: (json) => JSON.stringify({ "": json }, undefined, 2).slice(`{\n  "": [\n`.length, -"\n  ]\n}".length),
    between: ",\n",
    end: "\n  ]"
  },
  yaml: {
    write: Yaml.stringify,
    empty: " []",
    begin: "\n",
    items: (json) => Yaml.stringify(json).slice(0, -1),
    between: "\n",
    end: ""
  }
}

export const write = (form: Form, json: unknown) => manners[form].write(json)

/** The same, in pieces: one for some of the items each, and what stands behind them. */
export const pieces = function*(form: Form, whole: Document, { member, some }: Many): Iterable<Uint8Array> {
  const { begin, between, empty, end, items, write } = manners[form]
  let rest: string | undefined
  for (const document of some) {
    const json = document.json() as Readonly<Record<string, unknown>>
    const text = items(json[member])
    if (rest === undefined) {
      // What stands around the items holds nothing that somebody else named.
      const [before = "", after = ""] = write({ ...json, [member]: [] }).split(empty)
      rest = end + after
      yield Buffer.from(before + begin + text)
    } else yield Buffer.from(between + text)
  }
  yield Buffer.from(rest ?? write(whole.json()))
}
