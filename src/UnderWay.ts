/**
 * What is under way, in no order: much comes and goes, and little is there at a time.
 *
 * In a `Set` or `Map` it would outlive its end. Both move to a new table time and again, and V8 lets each table know the next: as soon as
 * one is old, all that follow are kept, with all they ever held, until the whole heap is marked (docs/decisions.md has a program).
 */

/** What can be under way. */
export abstract class Entry {
  /** Where it stands: that of the collection alone to set. */
  place = 0
}

export class UnderWay<A extends Entry> implements Iterable<A> {
  readonly #all: Array<A> = []

  /** Once: what is there already is not added again. */
  add(it: A) {
    it.place = this.#all.push(it) - 1
  }

  /** Whether it was there. */
  delete(it: A) {
    if (this.#all[it.place] !== it) return false
    const last = this.#all.pop()
    if (last !== undefined && last !== it) {
      last.place = it.place
      this.#all[it.place] = last
    }
    return true
  }

  /** Those of this moment, whatever comes and goes meanwhile. */
  [Symbol.iterator]() {
    return this.#all.slice().values()
  }
}
