/** Labels that say nothing we use: a family has mostly those of the family before it, and then they need not be read. */
import { closeBrace } from "./Bytes.ts"
import type { Scanner } from "./Scanner.ts"

export class Repetitions {
  /** Of each line of a family: where its block of labels begins, and how long it is. */
  readonly #blocks: Array<number> = []
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
    const length = this.#blocks[next + 1] ?? 0
    if (scanner.repeats(this.#blocks[next] ?? 0, length)) {
      scanner.at += length
      return true
    }
    if (!scanner.labels()) return false
    // Where there are no labels it is blanks, and labels may follow on those elsewhere.
    if (scanner.page[scanner.at - 1] !== closeBrace) return true
    this.#blocks[next] = start
    this.#blocks[next + 1] = scanner.at - start
    return true
  }
}
