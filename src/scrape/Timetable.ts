/** When whose next turn begins: at ticks, and those of one tick together. */

/** The tick of those whose turn has begun. */
const over = Number.NaN

export class Timetable {
  /** Milliseconds from one tick to the next. */
  readonly #length: number
  /** The first tick whose names have not been taken. */
  #next: number
  readonly #names = new Map<number, Array<string>>()
  /**
   * The tick of every name: `over` once it has begun, because V8 holds on to what comes and goes here (`UnderWay.ts` says why). Who
   * has none, or another, does not begin at the tick that lists it.
   */
  readonly #ticks = new Map<string, number>()

  constructor(length: number, now: number) {
    this.#length = length
    this.#next = this.#tickAt(now)
  }

  /** Its turn begins at the last tick up to that moment, or at the next one if that is over. */
  put(name: string, at: number) {
    const tick = Math.max(this.#tickAt(at), this.#next)
    const names = this.#names.get(tick)
    if (names === undefined) this.#names.set(tick, [name])
    else names.push(name)
    this.#ticks.set(name, tick)
  }

  delete(name: string) {
    this.#ticks.delete(name)
  }

  /** The millisecond at which its turn begins; never where it has begun, or is not to. */
  at(name: string) {
    const tick = this.#ticks.get(name) ?? over
    return Number.isNaN(tick) ? Infinity : tick * this.#length
  }

  /** The millisecond at which a turn begins next; never where there is none. */
  get next() {
    if (this.#names.size === 0) return Infinity
    let tick = this.#next
    while (!this.#names.has(tick)) tick++
    return Math.ceil(tick * this.#length)
  }

  /** Whose turn begins now. */
  take(now: number): ReadonlyArray<string> {
    const taken: Array<string> = []
    for (const last = this.#tickAt(now); this.#next <= last; this.#next++) {
      for (const name of this.#names.get(this.#next) ?? []) {
        if (this.#ticks.get(name) !== this.#next) continue
        this.#ticks.set(name, over)
        taken.push(name)
      }
      this.#names.delete(this.#next)
    }
    return taken
  }

  #tickAt(time: number) {
    return Math.floor(time / this.#length)
  }
}
