import { backoffMs } from '../../../lib/backoff.ts'

/** A fifth more at random, so that several destinations of one server do not come at once. */
const backoff = { firstMs: 1000, maxMs: 5 * 60 * 1000, jitter: 0.2 }

/**
 * How long a destination is left alone after a failure.
 *
 * @param failures in a row, at least 1
 * @param retryAfterMs what the destination asked for, which may be longer
 */
export const waitAfter = (failures: number, retryAfterMs: number | undefined): number =>
  Math.max(backoffMs(backoff, Math.min(failures, 30)), retryAfterMs ?? 0)
