import type { Beginning } from '../consumer.ts'

/**
 * Records that are older than this are not handled, in milliseconds. Undefined for a worker that handles the
 * whole history.
 */
export const maxAgeMsOf = (
  { maxAgeHours }: Pick<Beginning, 'maxAgeHours'>,
  { CONSUMER_MAX_AGE_HOURS }: { CONSUMER_MAX_AGE_HOURS?: number | undefined },
): number | undefined =>
  maxAgeHours === undefined ? undefined : (CONSUMER_MAX_AGE_HOURS ?? maxAgeHours) * 3_600_000
