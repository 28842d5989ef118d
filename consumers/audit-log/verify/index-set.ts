/** A set of indexes of leaves. */
export interface IndexSet {
  has(index: number): boolean
}

/**
 * Makes a set from texts such as `0-4,7`.
 *
 * @throws Error if a text has another form
 */
export const createIndexSet = (texts: readonly string[]): IndexSet => {
  const ranges = texts
    .flatMap((text) => text.split(',').filter(Boolean))
    .map(parseRange)
    .sort((one, other) => one.first - other.first)
  // Ranges may overlap, so each one also knows how far those before it reach.
  let reached = -1
  const ends = ranges.map(({ last }) => {
    reached = Math.max(reached, last)
    return reached
  })
  return {
    has: (index) => {
      let [low, high] = [0, ranges.length]
      while (low < high) {
        const middle = Math.floor((low + high) / 2)
        if ((ranges[middle]?.first ?? 0) <= index) low = middle + 1
        else high = middle
      }
      return low > 0 && (ends[low - 1] ?? -1) >= index
    },
  }
}

const parseRange = (text: string): { first: number; last: number } => {
  const [, first, last = first] = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(text) ?? []
  if (first === undefined) throw new Error(`"${text}" is no range of leaves`)
  return { first: Number(first), last: Number(last) }
}
