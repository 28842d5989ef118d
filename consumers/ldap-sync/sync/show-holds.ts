import { query } from '../../../lib/database.ts'
import type { SyncContext } from './sync-context.ts'

/** Sets the metrics of what waits for a person. */
export const showHolds = async ({ pool, metrics }: SyncContext): Promise<void> => {
  const [row] = await query<Record<'removals' | 'additions' | 'unreadable' | 'conflict', number>>(
    pool,
    `select
       (select count(*) from ${openItems} where kind not in ('add_member', 'add_key'))::integer as removals,
       (select count(*) from ${openItems} where kind in ('add_member', 'add_key'))::integer as additions,
       (select count(*) from ldap_sync.targets where unreadable)::integer as unreadable,
       (select count(*) from ldap_sync.targets where state = 'conflict')::integer as conflict
     from (select 1) as one`,
    [],
  )
  metrics.held.set({ kind: 'removals' }, row?.removals ?? 0)
  metrics.held.set({ kind: 'additions' }, row?.additions ?? 0)
  metrics.unreadable.set(row?.unreadable ?? 0)
  metrics.conflicting.set(row?.conflict ?? 0)
  const problems = await query<{ problem: 'not_found' | 'ambiguous' | 'reused'; people: number }>(
    pool,
    `select problem, count(*)::integer as people from ldap_sync.people
      where problem is not null and not destroyed group by problem`,
    [],
  )
  for (const reason of ['not_found', 'ambiguous', 'reused'] as const)
    metrics.unbound.set({ reason }, problems.find(({ problem }) => problem === reason)?.people ?? 0)
}

const openItems = `(select change -> 'change' ->> 'kind' as kind
  from ldap_sync.hold_items join ldap_sync.holds using (hold_id) where state = 'open') as open_items`
