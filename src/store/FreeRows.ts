/** Which rows of a piece of memory nobody has. */

interface Run {
  readonly first: number
  readonly rows: number
}

/** Rows that lie beside each other are given out together, whoever gave them back. */
export class FreeRows {
  readonly #all: number
  /** In their order, none beside another. */
  readonly #runs: Array<Run>

  constructor(all: number) {
    this.#all = all
    this.#runs = [{ first: 0, rows: all }]
  }

  get areAll() {
    return this.#runs[0]?.rows === this.#all
  }

  /** Where the first so many begin that lie beside each other; nothing when there are none. */
  take(rows: number): number | undefined {
    const at = this.#runs.findIndex((run) => run.rows >= rows)
    const run = this.#runs[at]
    if (run === undefined) return undefined
    const rest = { first: run.first + rows, rows: run.rows - rows }
    this.#runs.splice(at, 1, ...rest.rows > 0 ? [rest] : [])
    return run.first
  }

  give(first: number, rows: number) {
    const behind = this.#runs.findIndex((run) => run.first > first)
    const at = behind < 0 ? this.#runs.length : behind
    const after = this.#runs[at]
    const before = this.#runs[at - 1]
    let run: Run = { first, rows }
    if (after !== undefined && first + rows === after.first) {
      run = { first, rows: rows + after.rows }
      this.#runs.splice(at, 1)
    }
    if (before !== undefined && before.first + before.rows === first) {
      this.#runs[at - 1] = { first: before.first, rows: before.rows + run.rows }
    } else this.#runs.splice(at, 0, run)
  }
}
