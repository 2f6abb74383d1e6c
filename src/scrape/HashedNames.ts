/** A hash of bytes whose collisions nobody can make up, because it is another one in every process. */

const [start, multiplier] = crypto.getRandomValues(new Int32Array(2)) as ArrayLike<number> as readonly [number, number]
const factor = multiplier | 1

/** The hash of no bytes. */
export const seed = start

/**
 * The hash of the bytes before and one more. The product carries bits upwards alone: without those that come back down there are texts that
 * fall together whatever the factor is, such as the two complements of Thue and Morse.
 */
export const mix = (hash: number, byte: number) => {
  const mixed = Math.imul(hash ^ byte, factor)
  return mixed ^ (mixed >>> 15)
}
