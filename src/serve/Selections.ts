/** What label selectors select of the parts of lists: parts never change, and who asks comes again with the same selector. */
import { Function } from "effect"
import * as LabelSelector from "../selector/LabelSelector.ts"

type Select<Object> = (part: ReadonlyArray<Object>) => ReadonlyArray<Object>

/**
 * Objects, which with the places of their usage and what lists say of them are some thirty megabytes. A large cluster's autoscalers
 * select fewer: each its own pods. Clients whose selectors differ each time and select much would fill the memory instead.
 */
const usualMost = 192 * 1024

/** What is worked out for a part takes as much as so many objects in it, however few there are. */
const ofPart = 12

export const make = <Object extends { readonly labels: Readonly<Record<string, string>> }>(most = usualMost) => {
  let kept = 0
  const nothing = () =>
    Function.memoize((selector: LabelSelector.LabelSelector): Select<Object> =>
      Function.memoize((part) => {
        const selected = LabelSelector.select(selector, part)
        kept += selected === part ? 1 : ofPart + selected.length
        return selected
      })
    )
  let known = nothing()
  return (selector: LabelSelector.LabelSelector): Select<Object> => {
    if (kept > most) {
      known = nothing()
      kept = 0
    }
    return known(selector)
  }
}
