/** Label sets, kept once: thousands of pods carry the same few. */

/** Equal sets are the same frozen object, so that a set can be compared, and remembered, by identity. */
export type Labels = Readonly<Record<string, string>>

const known = new Map<string, WeakRef<Labels>>()

const unused = new FinalizationRegistry<string>((key) => {
  // The same set may have come back in the meantime, as another object.
  if (known.get(key)?.deref() === undefined) known.delete(key)
})

/** The one object for this set. It is forgotten when nobody holds it any more. */
export const intern = (labels: Labels): Labels => {
  const entries = Object.entries(labels).toSorted(([a], [b]) => a < b ? -1 : 1)
  const key = JSON.stringify(entries)
  const existing = known.get(key)?.deref()
  if (existing !== undefined) return existing
  const kept = Object.freeze(Object.fromEntries(entries))
  known.set(key, new WeakRef(kept))
  unused.register(kept, key)
  return kept
}

/** Distinct sets in use, or not yet collected. */
export const size = () => known.size
