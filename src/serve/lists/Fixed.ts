/** What lists say of objects whatever these use, encoded once for a part of a list: whoever comes next finds it in order. */
import { Function } from "effect"
import type { Labels } from "../../discover/Labels.ts"
import type { Listed } from "./Listing.ts"
import { Runs } from "./Runs.ts"

export interface Fixed {
  /** First the names of all, by their places in the part, then the labels of all: parts may be small, and have one of everything. */
  readonly texts: Runs
  /** How many objects they are. */
  readonly count: number
  /** Of all of them. */
  readonly namespace: string | undefined
}

/** In the form that encodes names and labels like this. */
export const of = (name: (name: string) => Uint8Array, labels: (labels: Labels) => Uint8Array) => {
  const make = (part: ReadonlyArray<Listed>): Fixed => ({
    texts: new Runs([...part.map((object) => name(object.name)), ...part.map((object) => labels(object.labels))]),
    count: part.length,
    namespace: part[0]?.namespace
  })
  const ofMany = Function.memoize(make)
  // Who asks for one object makes a part for it, and the object is what stays.
  const ofOne = Function.memoize((object: Listed) => make([object]))
  return (part: ReadonlyArray<Listed>) => {
    const [first] = part
    return part.length === 1 && first !== undefined ? ofOne(first) : ofMany(part)
  }
}
