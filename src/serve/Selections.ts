/** What label selectors select of the parts of lists: parts never change, and who asks comes again with the same selector. */
import { Function } from "effect"
import * as LabelSelector from "../selector/LabelSelector.ts"

type Select<Object> = (part: ReadonlyArray<Object>) => ReadonlyArray<Object>

/**
 * Objects, which with the places of their usage are some ten megabytes. A large cluster's autoscalers select fewer: each its own
 * pods. Clients whose selectors differ each time and select much would fill the memory instead.
 */
const usualMost = 128 * 1024

export const make = <Object extends { readonly labels: Readonly<Record<string, string>> }>(most = usualMost) => {
  let kept = 0
  const nothing = () =>
    Function.memoize((selector: LabelSelector.LabelSelector): Select<Object> =>
      Function.memoize((part) => {
        const selected = LabelSelector.select(selector, part)
        kept += selected === part ? 1 : 1 + selected.length
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
