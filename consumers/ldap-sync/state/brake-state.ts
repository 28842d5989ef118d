import { type Pool, query } from '../../../lib/database.ts'
import { type BrakeState, defaultLimits } from '../plan/brake.ts'
import { type HoldRef, holdKeyOf } from '../plan/hold.ts'

/**
 * What was changed within the last 24 hours without a person, and what is held. What a person approved, or
 * undid, does not count.
 */
export const loadBrakeState = async (pool: Pool): Promise<BrakeState> => {
  await query(
    pool,
    `update ldap_sync.holds set state = 'expired', closed_at = now()
      where state = 'open' and expires_at < now()`,
    [],
  )
  const [counts, sizes, holds, raises, undone] = await Promise.all([
    query<{ dn_key: string; removals: number; additions: number }>(
      pool,
      `select dn_key, sum(removals)::integer as removals, sum(additions)::integer as additions
         from ldap_sync.operations join ldap_sync.runs using (run_id)
        where at > now() - interval '24 hours' and outcome <> 'failed'
          and cause in ('events', 'reconcile', 'expiry')
        group by dn_key`,
      [],
    ),
    query<{ dn_key: string; size: number }>(
      pool,
      `select dn_key, count(*)::integer as size
         from ldap_sync.owned_members join ldap_sync.targets using (target_id)
        where user_id > 0 group by dn_key`,
      [],
    ),
    query<HoldRef & Record<string, unknown>>(
      pool,
      "select cause, scope from ldap_sync.holds where state = 'open'",
      [],
    ),
    query<{ removals: number | null; additions: number | null }>(
      pool,
      `select max(removals) as removals, max(additions) as additions
         from ldap_sync.raises where until > now()`,
      [],
    ),
    query<{ item_key: string }>(pool, 'select item_key from ldap_sync.undone_items', []),
  ])
  const groupRemovals = new Map(counts.map(({ dn_key, removals }) => [dn_key, removals]))
  const groupSizes = new Map(sizes.map(({ dn_key, size }) => [dn_key, size]))
  for (const [dnKey, removals] of groupRemovals)
    groupSizes.set(dnKey, (groupSizes.get(dnKey) ?? 0) + removals)
  const raised = raises[0]
  return {
    limits: {
      removals: Math.max(defaultLimits.removals, raised?.removals ?? 0),
      additions: Math.max(defaultLimits.additions, raised?.additions ?? 0),
      groupRemovals: raised?.removals ?? 0,
    },
    removals: counts.reduce((sum, { removals }) => sum + removals, 0),
    additions: counts.reduce((sum, { additions }) => sum + additions, 0),
    groupRemovals,
    groupSizes,
    openHolds: new Set(holds.map(holdKeyOf)),
    undone: new Set(undone.map(({ item_key }) => item_key)),
  }
}
