/** Labels that say nothing we use: a family has mostly those of the family before it, and then they need not be read. */
import { closeBrace } from "./Bytes.ts"
import type { Scanner } from "./Scanner.ts"

/** A page is read in one go, and its lines are of no use afterwards: all pages have the same place for them. */
let scratch = new Int32Array(256)

export class Repetitions {
  /** Of each line of a family: where its block of labels begins, and how long it is. */
  #blocks = scratch
  /** Behind what is of this page. */
  #end = 0
  #next = 0

  /** Another family begins. */
  begin() {
    this.#next = 0
  }

  /** Passes the labels of the next line; false when they are malformed. */
  read(scanner: Scanner) {
    const next = this.#next
    const start = scanner.at
    this.#next += 2
    const length = next < this.#end ? this.#blocks[next + 1]! : 0
    if (length > 0 && scanner.repeats(this.#blocks[next]!, length)) {
      scanner.at += length
      return true
    }
    if (!scanner.labels()) return false
    // Where there are no labels it is blanks, and labels may follow on those elsewhere.
    if (scanner.page[scanner.at - 1] === closeBrace) this.#put(next, start, scanner.at - start)
    else if (next >= this.#end) this.#put(next, start, 0)
    return true
  }

  #put(next: number, start: number, length: number) {
    if (next + 2 > scratch.length) {
      const larger = new Int32Array(2 * scratch.length)
      larger.set(scratch)
      scratch = larger
    }
    this.#blocks = scratch
    this.#blocks[next] = start
    this.#blocks[next + 1] = length
    this.#end = Math.max(this.#end, next + 2)
  }
}
