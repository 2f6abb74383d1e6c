/** What was made of values is kept, for when they come again. */

/** Of values that differ each time no more are kept than this. */
const most = 1024

/** Characters. What clients make very long is not kept, so that they cannot fill our memory. */
const longest = 512

/** Of values that came lately. */
export const of = <Value extends string | number, Made>(make: (value: Value) => Made) => {
  const known = new Map<Value, Made>()
  return (value: Value): Made => {
    const recent = known.get(value)
    if (recent !== undefined) return recent
    const made = make(value)
    if (typeof value === "string" && value.length > longest) return made
    if (known.size >= most) known.clear()
    known.set(value, made)
    return made
  }
}

/** What was made of an object is kept as long as that is. */
export const ofObject = <Value extends object, Made>(make: (value: Value) => Made) => {
  const known = new WeakMap<Value, Made>()
  return (value: Value): Made => {
    const before = known.get(value)
    if (before !== undefined) return before
    const made = make(value)
    known.set(value, made)
    return made
  }
}
