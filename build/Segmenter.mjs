/** In place of Intl.Segmenter: its tables take 2 MB, and Effect makes one at start that only the help text uses. */
export class Segmenter {
  #options
  #made

  constructor(...options) {
    this.#options = options
  }

  segment(text) {
    this.#made ??= new globalThis.Intl.Segmenter(...this.#options)
    return this.#made.segment(text)
  }
}
