/** A hash of bytes whose collisions nobody can make up, because it is another one in every process. */

const [begin, odd] = crypto.getRandomValues(new Int32Array(2)) as ArrayLike<number> as readonly [number, number]
const factor = odd | 1

/** Of the bytes before, where nothing was before. */
export const none = begin

/**
 * Of the bytes before and one more. The product carries bits upwards alone: without those that come back down there are texts that
 * fall together whatever the factor is, such as the two complements of Thue and Morse.
 */
export const and = (hash: number, byte: number) => {
  const mixed = Math.imul(hash ^ byte, factor)
  return mixed ^ (mixed >>> 15)
}
