/** Which sets of labels a label selector selects. */

type Labels = Readonly<Record<string, string>>

/** One condition. */
export type Requirement =
  | { readonly operator: "In" | "NotIn"; readonly key: string; readonly values: ReadonlySet<string> }
  | { readonly operator: "Exists" | "DoesNotExist"; readonly key: string }
  | { readonly operator: "Gt" | "Lt"; readonly key: string; readonly bound: bigint }

/** All of its conditions must hold; without any, everything is selected. */
export type LabelSelector = ReadonlyArray<Requirement>

export const matches = (selector: LabelSelector, labels: Labels): boolean =>
  selector.every((requirement) => meets(requirement, labels))

/** For many, one after another: where sets are interned, the pods of a deployment share theirs and are asked about once. */
export const matcher = (selector: LabelSelector): (labels: Labels) => boolean => {
  if (selector.length === 0) return () => true
  let last: Labels | undefined
  let answer = false
  return (labels) => {
    if (labels !== last) {
      answer = matches(selector, labels)
      last = labels
    }
    return answer
  }
}

/** Those of a list that are selected: the list itself, where everything is. */
export const select = <Object extends { readonly labels: Labels }>(
  selector: LabelSelector,
  list: ReadonlyArray<Object>
): ReadonlyArray<Object> => {
  if (selector.length === 0) return list
  const isSelected = matcher(selector)
  const selected = list.filter(({ labels }) => isSelected(labels))
  return selected.length === list.length ? list : selected
}

const meets = (requirement: Requirement, labels: Labels): boolean => {
  const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined
  switch (requirement.operator) {
    case "In":
      return value !== undefined && requirement.values.has(value)
    // An object without the label is in no set.
    case "NotIn":
      return value === undefined || !requirement.values.has(value)
    case "Exists":
      return value !== undefined
    case "DoesNotExist":
      return value === undefined
    case "Gt":
      return value !== undefined && (parseInt64(value) ?? requirement.bound) > requirement.bound
    case "Lt":
      return value !== undefined && (parseInt64(value) ?? requirement.bound) < requirement.bound
  }
}

/** A decimal number of 64 bits; nothing when the text is not one. */
export const parseInt64 = (text: string): bigint | undefined => {
  if (!/^[+-]?\d+$/.test(text)) return undefined
  const number = BigInt(text.replace(/^\+/, ""))
  return BigInt.asIntN(64, number) === number ? number : undefined
}
