/** What was made of values that came lately is kept, for those that come again. */

/** Of values that differ each time no more are kept than this. */
const most = 1024

/** Characters. What clients make very long is not kept, so that they cannot fill our memory. */
const usualLongest = 512

export const of = <Value extends string | number, Made>(make: (value: Value) => Made, longest = usualLongest) => {
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

/**
 * Of whole numbers that lie close together, such as the seconds of a list: each has a place, which others may take. Places are a
 * power of two.
 */
export const ofIntegers = <Made>(make: (value: number) => Made, places = 64) => {
  const values = new Float64Array(places).fill(Number.NaN)
  const made: Array<Made> = []
  return (value: number): Made => {
    const place = value & places - 1
    if (values[place] === value) return made[place]!
    const its = make(value)
    values[place] = value
    made[place] = its
    return its
  }
}
