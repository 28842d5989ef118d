/**
 * An interval that contains the true median with a probability
 * of at least 95 %, whatever the distribution of the
 * values:
 * the number of values below the median has a binomial distribution, so two of the sorted values bound it.
 * Fewer than six values cannot reach 95 %: then it is the whole range.
 */
export const medianInterval = (values: readonly number[]): { low: number; high: number } => {
  const sorted = values.toSorted((a, b) => a - b)
  const cut = cutOf(sorted.length)
  return { low: sorted[cut] ?? Number.NaN, high: sorted[sorted.length - 1 - cut] ?? Number.NaN }
}

/** How many of the sorted values can be cut off at each end. */
const cutOf = (count: number): number => {
  let probability = 0.5 ** count
  let outside = probability
  let cut = 0
  while (outside <= 0.025) {
    cut += 1
    probability *= (count - cut + 1) / cut
    outside += probability
  }
  return Math.max(0, cut - 1)
}
