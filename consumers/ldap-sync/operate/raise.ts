import { query } from '../../../lib/database.ts'
import type { SyncContext } from '../sync/sync-context.ts'

/** Limits that hold instead of the usual ones for some time. Lower ones than the usual have no effect. */
export interface Raise {
  removals: number | undefined
  additions: number | undefined
  /** In milliseconds. */
  forMs: number
}

/** Raises limits until a time, after which the usual ones hold again by themselves. */
export const raise = async (
  { pool, now }: Pick<SyncContext, 'pool' | 'now'>,
  { removals, additions, forMs }: Raise,
): Promise<Date> => {
  const until = new Date(now() + forMs)
  await query(pool, 'insert into ldap_sync.raises (removals, additions, until) values ($1, $2, $3)', [
    removals ?? null,
    additions ?? null,
    until,
  ])
  return until
}
