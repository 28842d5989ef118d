import { type Connection, type Pool, query } from '../../../lib/database.ts'
import type { Target } from './targets.ts'

/** One user and one LDAP group: what GitLab says, and what the worker has added. */
export interface Pair {
  userId: number
  /** Undefined if the user is no member, or not any more. */
  access: string | undefined
  expiresAt: number | undefined
  username: string | undefined
  email: string | undefined
  /** Whether the account can be used at all. */
  account: 'active' | 'blocked' | 'destroyed'
  /** The entry that the user is bound to. */
  entry: { dn: string; memberName: string } | undefined
  /** The value that the worker added to the group for this user. */
  owned: string | undefined
}

interface Row {
  user_id: string
  access: string | null
  expires_at: Date | null
  username: string | null
  email: string | null
  destroyed: boolean | null
  blocked: boolean | null
  dn: string | null
  member_name: string | null
  owned: string | null
}

/** Which users of a group or project: some of them, or everyone who is or was a member. */
export type Users = 'all' | ReadonlySet<number>

/** The state of each of these users for one LDAP group, ordered by the id of the user. */
export const loadPairs = async (
  database: Pool | Connection,
  { id, container: { instance, kind, id: containerId } }: Pick<Target, 'id' | 'container'>,
  users: Users,
): Promise<Pair[]> => {
  const rows = await query<Row>(
    database,
    `select user_id, case when step < 2 then access end as access, expires_at, username, email,
            destroyed, blocked, dn, member_name, owned.value as owned
       from (select * from ldap_sync.memberships
              where instance = $1 and kind = $2 and container_id = $3) as membership
       full join (select user_id, value from ldap_sync.owned_members
                   where target_id = $4 and user_id > 0) as owned using (user_id)
       left join (select * from ldap_sync.people where instance = $1) as person using (user_id)
      where $5::bigint[] is null or user_id = any($5)
      order by user_id`,
    [instance, kind, containerId, id, users === 'all' ? null : [...users]],
  )
  return rows.map(pairOf)
}

const pairOf = (row: Row): Pair => ({
  userId: Number(row.user_id),
  access: row.access ?? undefined,
  expiresAt: row.expires_at?.getTime(),
  username: row.username ?? undefined,
  email: row.email ?? undefined,
  account: row.destroyed ? 'destroyed' : row.blocked ? 'blocked' : 'active',
  entry: row.dn === null ? undefined : { dn: row.dn, memberName: row.member_name ?? '' },
  owned: row.owned ?? undefined,
})
