/** How long to wait between attempts that fail in a row. */
export interface Backoff {
  /** Wait after the first failure, in milliseconds. Each further failure doubles it. */
  firstMs: number
  /** Longest wait, in milliseconds. */
  maxMs: number
  /** Share of the wait that is added at random, so that processes do not retry in step. Default: 0. */
  jitter?: number
}

/**
 * The wait before the next attempt, in milliseconds.
 *
 * @param failures how many attempts have failed in a row, 1 or more
 */
export const backoffMs = ({ firstMs, maxMs, jitter = 0 }: Backoff, failures: number): number =>
  Math.min(firstMs * 2 ** (failures - 1), maxMs) * (1 + Math.random() * jitter)
