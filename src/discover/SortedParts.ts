/**
 * Objects sorted by their names, in parts. Who asked for them keeps what it has, and a change makes no more than one part anew:
 * what was worked out for the others still holds.
 */

interface Named {
  readonly name: string
}

interface Part<A> {
  readonly objects: Array<A>
  /** Somebody has it, so that it never changes again. */
  isShared: boolean
}

export class SortedParts<A extends Named> {
  /** None is empty. */
  readonly #parts: Array<Part<A>> = []
  #shared: ReadonlyArray<ReadonlyArray<A>> | undefined
  readonly #most: number

  /** So many objects a part has at most: as many as a change copies, and as are looked for at a time. An even number. */
  constructor(most = 1024) {
    this.#most = most
  }

  /** Each is the same array until something in it changes. */
  get parts(): ReadonlyArray<ReadonlyArray<A>> {
    return this.#shared ??= this.#parts.map((part) => {
      part.isShared = true
      return part.objects
    })
  }

  /** In place of the one with the same name, if there is one. */
  put(object: A) {
    if (this.#parts.length === 0) {
      this.#shared = undefined
      this.#parts.push({ objects: [object], isShared: false })
      return
    }
    const index = this.#find(object.name)
    const objects = this.#own(index)
    const at = placeOf(objects, object.name)
    objects.splice(at, objects[at]?.name === object.name ? 1 : 0, object)
    if (objects.length > this.#most) this.#split(index, at === this.#most)
  }

  delete(name: string) {
    const index = this.#find(name)
    const at = placeOf(this.#parts[index]?.objects ?? [], name)
    if (this.#parts[index]?.objects[at]?.name !== name) return
    const objects = this.#own(index)
    objects.splice(at, 1)
    if (objects.length === 0) this.#parts.splice(index, 1)
    this.#join(index)
    this.#join(index - 1)
  }

  /** Which part has a name, or would have it. */
  #find(name: string) {
    return Math.max(0, countWhile(this.#parts, ({ objects }) => objects[0]!.name <= name) - 1)
  }

  /** The objects of a part that nobody else has. */
  #own(index: number) {
    this.#shared = undefined
    const part = this.#parts[index]!
    if (!part.isShared) return part.objects
    const objects = [...part.objects]
    this.#parts[index] = { objects, isShared: false }
    return objects
  }

  /** With the next one, where both are small: there are never many such, whatever comes and goes. */
  #join(index: number) {
    const objects = this.#parts[index]?.objects
    const next = this.#parts[index + 1]?.objects
    if (objects === undefined || next === undefined || objects.length + next.length > this.#most / 2) return
    this.#own(index).push(...next)
    this.#parts.splice(index + 1, 1)
  }

  /** In halves; where objects come in order the new one begins another part, so that parts are full. */
  #split(index: number, isAtEnd: boolean) {
    const { objects } = this.#parts[index]!
    const end = isAtEnd && index === this.#parts.length - 1 ? this.#most : this.#most / 2
    this.#parts.splice(index + 1, 0, { objects: objects.splice(end), isShared: false })
  }
}

/** Where a name is, or would be. */
const placeOf = (objects: ReadonlyArray<Named>, name: string) => countWhile(objects, (object) => object.name < name)

/** How many come first for which that holds; for none behind them it does. */
const countWhile = <A>(sorted: ReadonlyArray<A>, holds: (it: A) => boolean) => {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(sorted[middle]!)) low = middle + 1
    else high = middle
  }
  return low
}
