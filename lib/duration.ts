/** The longest time that a timer of Node can wait, about 24.8 days. A longer one would end at once. */
export const longestDurationMs = 2 ** 31 - 1

/** The longest duration that settings and options may have, in whole days. */
export const longestDurationDays = 24

/**
 * A duration that a timer can wait, from a number that another system or other code gave.
 *
 * @param durationMs milliseconds
 * @returns at most `longestDurationMs`; undefined if it is negative or not a number
 */
export const boundedDurationMs = (durationMs: number | undefined): number | undefined =>
  durationMs === undefined || Number.isNaN(durationMs) || durationMs < 0
    ? undefined
    : Math.min(durationMs, longestDurationMs)
