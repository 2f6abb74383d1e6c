/** What lists say of objects whatever these use, encoded once for a part of a list: whoever comes next finds it in order. */
import { Function } from "effect"
import type { Labels } from "../../discover/Labels.ts"
import type { Listed } from "./Listing.ts"
import { Runs } from "./Runs.ts"

/** By their places in the part. */
export interface Fixed {
  readonly names: Runs
  readonly labels: Runs
  /** Of all of them. */
  readonly namespace: string | undefined
}

/** In the form that encodes names and labels like this. */
export const of = (name: (name: string) => Uint8Array, labels: (labels: Labels) => Uint8Array) => {
  const make = (part: ReadonlyArray<Listed>): Fixed => ({
    names: new Runs(part.map((object) => name(object.name))),
    labels: new Runs(part.map((object) => labels(object.labels))),
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
