import { query } from '../../../lib/database.ts'
import { groupLimit, type Limits } from '../plan/brake.ts'
import { loadBrakeState } from '../state/brake-state.ts'
import { type Hold, loadHolds } from '../state/holds.ts'
import { loadRuns, type RunSummary } from '../state/runs.ts'
import type { SyncContext } from '../sync/sync-context.ts'

/** What an operator wants to know first. */
export interface Status {
  mode: 'propose' | 'apply'
  limits: Limits
  /** Within the last 24 hours. */
  removals: number
  additions: number
  groups: readonly GroupStatus[]
  people: readonly { username: string | null; problem: string }[]
  holds: readonly Hold[]
  runs: readonly RunSummary[]
}

export interface GroupStatus {
  dn: string
  state: string
  unreadable: boolean
  members: number
  removalLimit: number
}

export const readStatus = async (context: SyncContext): Promise<Status> => {
  const { pool, mode } = context
  const [brake, holds, runs, groups, people] = await Promise.all([
    loadBrakeState(pool),
    loadHolds(pool),
    loadRuns(pool, 10),
    query<{ dn: string; dn_key: string; state: string; unreadable: boolean; members: number }>(
      pool,
      `select dn, dn_key, state, unreadable,
              (select count(*) from ldap_sync.owned_members o
                where o.target_id = t.target_id and user_id > 0)::integer as members
         from ldap_sync.targets t order by dn`,
      [],
    ),
    query<{ username: string | null; problem: string }>(
      pool,
      `select username, problem from ldap_sync.people
        where problem is not null and not destroyed order by username`,
      [],
    ),
  ])
  return {
    ...{ mode, limits: brake.limits, removals: brake.removals, additions: brake.additions },
    ...{ people, holds, runs },
    groups: groups.map(({ dn, dn_key, state, unreadable, members }) => ({
      ...{ dn, state, unreadable, members },
      removalLimit: groupLimit(brake.groupSizes.get(dn_key) ?? 0, brake.limits),
    })),
  }
}
